import { setTimeout as sleep } from 'node:timers/promises';
import {
  cpuSecondsOfFamily,
  hostToken,
  isEvent,
  LeanSocket,
  metricOf,
  openFiles,
  type PostgresCluster,
  RestClient,
  readOpenMetrics,
} from '@parley/testkit';
import { settled } from './idle-sockets.js';
import { LoadGenerator } from './load-generator.js';
import type { Seat, Target } from './load-protocol.js';
import { type Subject, type SubjectOptions, startSubject } from './subjects.js';

/** Everybody in as many conversations as a busy person has, each of them in other company. */
const CONNECTING = { users: 2_000, conversations: 100 };

export interface ConnectingFigures {
  /** Milliseconds of processor time a connection. */
  serverCpu: number;
  databaseCpu: number;
  /** Seconds from the first connection to the last `ready`. */
  seconds: number;
}

/** What it costs to connect 2,000 people who have 100 conversations each, fifty at once. */
export async function measureConnecting(options: Omit<SubjectOptions, 'layout'>): Promise<ConnectingFigures> {
  const layout = { conversations: 0, members: 1, senders: 0 };
  const server = await startSubject('b', { ...options, layout });
  const [target] = server.targets as [Target];
  let generator: LoadGenerator | null = null;
  try {
    const seats = await provisionInMany(`http://${target.host}:${target.port}`);
    await connectAndClose(target, seats.slice(0, CONNECTING.users / 4));
    const before = cpuOf(server);
    const from = performance.now();
    generator = await LoadGenerator.start(1, server.targets, seats);
    const seconds = (performance.now() - from) / 1_000;
    const after = cpuOf(server);
    const each = (kind: keyof typeof after) => ((after[kind] - before[kind]) * 1_000) / seats.length;
    return { serverCpu: each('server'), databaseCpu: each('database'), seconds };
  } finally {
    generator?.stop();
    await server.stop();
  }
}

function cpuOf({ watch: { servers, database } }: Subject) {
  return {
    server: servers.reduce((sum, pid) => sum + cpuSecondsOfFamily(pid), 0),
    database: database === null ? 0 : cpuSecondsOfFamily(database),
  };
}

/** Person n is in the groups that begin with n and with the 99 before. */
async function provisionInMany(url: string): Promise<Seat[]> {
  const { users, conversations } = CONNECTING;
  const person = (n: number) => ({ externalId: `person-${n % users}`, name: `Person ${n % users}` });
  const seats: Seat[] = [];
  for (let n = 0; n < users; n += 1) {
    const rest = new RestClient(url, await hostToken(person(n), undefined, { provision: true }));
    const memberIds = Array.from({ length: conversations - 1 }, (_, i) => person(n + i + 1));
    const { id } = await rest.createConversation({ type: 'group', name: `Group ${n}`, memberIds });
    seats.push({ auth: { token: await hostToken(person(n)) }, conversationId: id, sends: false, node: 0 });
  }
  return seats;
}

/** Users who connect and leave again and again. */
const RETURNING = { layout: { conversations: 20, members: 25, senders: 0 }, times: 40 };

export interface ReturningFigures {
  connections: number;
  /** Of the server, after half as many connections before, and after all of them. */
  memory: { before: number; after: number };
  /** Of that, JavaScript's objects and buffers. */
  used: { before: number; after: number };
  descriptors: { before: number; after: number };
  followed: { before: number; after: number };
}

/** What 20,000 connections of 500 users leave behind. */
export async function measureReturning(cluster: PostgresCluster): Promise<ReturningFigures> {
  const nodeArguments = ['--expose-gc', '--import', import.meta.resolve('./memory-probe.js')];
  const env = { METRICS_TOKEN: TOKEN };
  const server = await startSubject('b', { ...RETURNING, cluster, profileDirectory: null, nodeArguments, env });
  const [target] = server.targets as [Target];
  try {
    const all = (times: number) => repeat(times, () => connectAndClose(target, server.seats));
    // What the process keeps of memory that it once needed has settled by then.
    await all(RETURNING.times / 2);
    const before = await leftOf(server, target);
    await all(RETURNING.times);
    const after = await leftOf(server, target);
    const of = (kind: keyof typeof after) => ({ before: before[kind], after: after[kind] });
    const connections = RETURNING.times * server.seats.length;
    return {
      connections,
      memory: of('memory'),
      used: of('used'),
      descriptors: of('descriptors'),
      followed: of('followed'),
    };
  } finally {
    await server.stop();
  }
}

const TOKEN = 'for-the-readings-of-the-benchmark';
/** So many handshakes are under way at once. */
const AT_ONCE = 50;

async function leftOf(server: Subject, { host, port }: Target) {
  // Presence waits ten seconds for somebody to come back.
  await sleep(15_000);
  const { resident, used } = await settled(server);
  const headers = { authorization: `Bearer ${TOKEN}`, accept: 'application/openmetrics-text' };
  const metrics = await fetch(`http://${host}:${port}/metrics`, { headers }).then((answer) => answer.text());
  const followed = metricOf(readOpenMetrics(metrics), 'parley_conversations_followed');
  return { memory: resident, used, descriptors: openFiles(server.watch.servers[0] ?? 0), followed };
}

async function repeat(times: number, run: () => Promise<void>): Promise<void> {
  for (let n = 0; n < times; n += 1) await run();
}

async function connectAndClose(target: Target, seats: readonly Seat[]): Promise<void> {
  for (let at = 0; at < seats.length; at += AT_ONCE) {
    const some = seats.slice(at, at + AT_ONCE);
    const sockets = await Promise.all(some.map(({ auth }) => ready(target, auth)));
    for (const socket of sockets) socket.close();
  }
}

const READY = Buffer.from('ready');

async function ready(target: Target, auth: Record<string, unknown>): Promise<LeanSocket> {
  const came = Promise.withResolvers<void>();
  const socket = await LeanSocket.connect(
    { ...target, auth },
    {
      onEvent: (bytes, start) => {
        if (isEvent(bytes, start, READY)) came.resolve();
      },
      onAck: () => undefined,
      onClosed: (reason) => came.reject(new Error(reason)),
    },
  );
  await came.promise;
  return socket;
}
