import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, hostToken, ParleyNode, PostgresCluster, ScriptedClient, TcpProxy } from '@parley/testkit';
import type { Client } from 'pg';
import { Flood, type FloodedConversation, openConversations, restOf } from './flood.js';

const HOST = '127.0.0.1';
const DATABASE = 'away';

let cluster: PostgresCluster;
let admin: Client;
let link: TcpProxy;
/** Whatever a test has started, also where it fails. */
let nodes: ParleyNode[] = [];

/** As an account of its own, because limits of connections do not hold for a superuser. */
const environment = () => ({
  RATE_LIMITS: 'off',
  DATABASE_URL: `postgres://parley@${link.host}:${link.port}/${DATABASE}`,
});
async function startNode(env: Record<string, string> = {}): Promise<ParleyNode> {
  const node = await ParleyNode.launch({ env: { ...environment(), ...env } });
  nodes.push(node);
  await node.ready();
  return node;
}
/** The node's sessions by their process ids. */
async function sessions(): Promise<number[]> {
  const { rows } = await admin.query<{ pid: number }>('SELECT pid FROM pg_stat_activity WHERE datname = $1', [
    DATABASE,
  ]);
  return rows.map(({ pid }) => pid);
}
const statusOf = async (node: ParleyNode) => {
  const answer = await fetch(`${node.url}/health/ready`);
  await answer.arrayBuffer();
  return answer.status;
};
/** Ends sessions and waits until they have ended. */
async function terminateAll(): Promise<void> {
  await admin.query('SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1', [DATABASE]);
}

beforeAll(async () => {
  cluster = await PostgresCluster.start();
  link = await TcpProxy.start({ host: HOST, port: cluster.port });
});
afterAll(async () => {
  await link.close();
  await cluster.stop();
});

beforeEach(async () => {
  admin = await cluster.connect('postgres');
  await admin.query('DO $$ BEGIN CREATE ROLE parley LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$');
  await admin.query(`CREATE DATABASE ${DATABASE} OWNER parley`);
});
afterEach(async () => {
  await link.mode('pass');
  await Promise.all(nodes.map((node) => node.stop()));
  nodes = [];
  await admin.query('ALTER ROLE parley CONNECTION LIMIT -1');
  await admin.query(`DROP DATABASE ${DATABASE} WITH (FORCE)`);
  await admin.end();
});

describe('Postgres goes away under a node that serves', () => {
  let node: ParleyNode;
  let conversations: FloodedConversation[];
  let flood: Flood;
  let listener: ScriptedClient;

  beforeEach(async () => {
    node = await startNode();
    conversations = await openConversations(node.url, 2, 3);
    listener = await ScriptedClient.connect(node.url, await hostToken({ externalId: 'listener', name: 'Listener' }));
    flood = await Flood.start(node.url, conversations);
    await flood.until(100);
  });
  afterEach(() => {
    listener.close();
    flood.close();
  });

  const refusals = () => flood.sendings.flatMap((sending) => sending.refusals);
  /** What was refused other than for now, whose connection ended, and what was stored but not as it was acknowledged. */
  async function losses(): Promise<{ refusals: string[]; closings: string[]; conversations: string[] }> {
    await flood.until(flood.acked.length + 100);
    await flood.stop();
    const conversationsWithLosses: string[] = [];
    for (const conversation of conversations) {
      const messages = await (await restOf(node.url, conversation)).messages(conversation.id);
      const sent = flood.acked.filter(({ conversationId }) => conversationId === conversation.id);
      const isGapless = messages.every(({ seq }, index) => seq === index + 1);
      const stored = new Set(messages.map(({ id }) => id));
      const isWhole = stored.size === sent.length && sent.every(({ promise }) => stored.has(promise?.messageId ?? ''));
      if (!isGapless || !isWhole) conversationsWithLosses.push(conversation.id);
    }
    return {
      refusals: refusals().filter((code) => code !== 'service_unavailable'),
      closings: [listener, ...flood.clients].flatMap((client) => client.closings),
      conversations: conversationsWithLosses,
    };
  }
  const NONE = { refusals: [], closings: [], conversations: [] };

  it('F5 G1: a link that swallows everything is found out, refused at once, reported, and whole again when it heals', async () => {
    const before = await sessions();
    await link.mode('blackhole');
    await listener.waitFor('service:degraded', ({ part }) => part === 'database');
    expect(await statusOf(node)).toBe(503);
    // Commands are answered without a wait for the database, far more often than deadlines would allow.
    await eventually('many sends are refused', () => refusals().length > 100);
    const acked = flood.acked.length;
    expect(await link.mode('pass').then(() => acked)).toBe(acked);
    await listener.waitFor('service:restored', ({ part }) => part === 'database');
    expect(await statusOf(node)).toBe(200);
    expect(await losses()).toEqual(NONE);
    expect(node.exit).toBeNull();
    // Those of before are gone on both sides, and no more are open than the pools may have.
    const after = await sessions();
    expect(after.filter((pid) => before.includes(pid))).toEqual([]);
    expect(after.length).toBeLessThanOrEqual(19);
  });

  it('F3 G1: a server that is restarted in order, and takes no connections for a while', async () => {
    await admin.end();
    await cluster.restart('fast', 1_000);
    admin = await cluster.connect('postgres');
    expect(await losses()).toEqual(NONE);
    expect(node.exit).toBeNull();
  });

  it('F6 G1: all sessions are ended again and again, and an account that is left one connection', async () => {
    for (let round = 0; round < 4; round += 1) {
      await terminateAll();
      await flood.until(flood.acked.length + 100);
    }
    await admin.query('ALTER ROLE parley CONNECTION LIMIT 1');
    for (let round = 0; round < 3; round += 1) {
      await terminateAll();
      await sleep(700);
    }
    await admin.query('ALTER ROLE parley CONNECTION LIMIT -1');
    expect(await losses()).toEqual(NONE);
    expect(node.exit).toBeNull();
  });

  it('F5: while the database is away connections come and go, and those who stayed away are served afterwards', async () => {
    await link.mode('reset');
    await listener.waitFor('service:degraded', ({ part }) => part === 'database');
    const late = new ScriptedClient(node.url, await hostToken({ externalId: 'late', name: 'Late' }), {
      reconnect: true,
    });
    await eventually('a newcomer was sent away', () => late.closings.length > 0);
    await link.mode('pass');
    await late.ready();
    late.close();
    expect(await losses()).toEqual(NONE);
    expect(node.exit).toBeNull();
  });
});

describe('Postgres is away while a node starts', () => {
  it('F3: it waits, however its connections end meanwhile, and serves once the database stays', async () => {
    await link.mode('refuse');
    const node = await ParleyNode.launch({ env: environment() });
    nodes.push(node);
    await eventually('it says that it waits', () => node.log().includes('the database does not answer yet'));
    // Each time a little later in its start: while it looks for other nodes, while it migrates the schema, …
    for (const cutAfter of [200, 1_000, 5_000, 20_000]) {
      await link.mode({ cutAfter });
      await sleep(1_200);
      expect(node.exit).toBeNull();
    }
    await eventually('its migration was cut off', () =>
      node.log().includes('the schema could not be brought up to date; it will be tried again'),
    );
    await link.mode('pass');
    await node.ready();
  });
});

describe('nodes with and without Redis on one database', () => {
  it('§8: a node without Redis is refused beside one with it, and the other way round, with a sentence', async () => {
    const together = { REDIS_URL: 'redis://127.0.0.1:1', JWT_SECRET: 'common to all these nodes', FILES: 'off' };
    const one = await startNode(together);
    await expect(startNode()).rejects.toThrow(
      'Another Parley node is using this database. Set REDIS_URL on all of them to run several nodes.',
    );
    expect(await statusOf(one)).toBe(200);
    await one.stop();
    const alone = await startNode();
    await expect(startNode(together)).rejects.toThrow('Another Parley node is using this database without Redis.');
    expect(await statusOf(alone)).toBe(200);
  });
});
