import { setDefaultCACertificates } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, RedisCluster, RedisServer, testCertificate } from '@parley/testkit';
import { redisFindings } from '../src/doctor/redis-checks.js';
import { Reconciler } from '../src/realtime/hub/reconciler.js';
import { startNodes, type TestNode } from './node.js';
import { at, hears } from './pair-of-nodes.js';
import { aPerson, groupOf } from './people.js';

let closing: (() => Promise<unknown>)[];
beforeEach(() => {
  closing = [];
});
afterEach(async () => {
  for (const close of closing.reverse()) await close();
});

async function redisWith(options: Parameters<typeof RedisServer.start>[0]): Promise<RedisServer> {
  const redis = await RedisServer.start(options);
  closing.push(() => redis.close());
  return redis;
}

/** Two nodes that do not look into the database for what the other one has written. */
async function nodesWith(urls: readonly string[], env: Record<string, string> = {}): Promise<[TestNode, TestNode]> {
  const nodes = await startNodes(urls, env);
  for (const node of nodes) {
    closing.push(() => node.close());
    node.node.app.get(Reconciler).onApplicationShutdown();
  }
  return nodes as [TestNode, TestNode];
}

/** Both with these addresses. */
const twoNodes = (...urls: string[]) => nodesWith(['', ''], { REDIS_URLS: urls.join(', ') });

/** That a message of one node's member reaches the other's socket, which is by Redis. */
async function reachEachOther(one: TestNode, other: TestNode): Promise<void> {
  await Promise.all([one, other].map(hears));
  const owner = await aPerson(one);
  const member = at(other, await aPerson(one));
  const socket = await member.connect();
  const id = await groupOf(owner, [member]);
  await owner.say(id, 'across');
  expect(await socket.first('message:new')).toMatchObject({ message: { content: 'across' } });
  socket.close();
}

const lines = (node: TestNode, msg: string) => node.logs.filter((line) => line.msg === msg);
const AWAY = 'there is no connection to Redis';
const clients = async (redis: RedisServer) => String(await redis.command('CLIENT', 'LIST', 'TYPE', 'pubsub'));
const listenersOf = async (redis: RedisServer) => (await clients(redis)).split('\n').filter(Boolean).length;
/** How often somebody was refused a channel. */
const refusalsOf = async (redis: RedisServer) => {
  const entries = (await redis.command('ACL', 'LOG')) as { count: number }[];
  return entries.reduce((sum, { count }) => sum + count, 0);
};

/** What docs/operations.md says that a user needs. */
const GRANTED = '+info +publish +subscribe +unsubscribe +spublish +ssubscribe +sunsubscribe';
const allow = (redis: RedisServer, ...more: string[]) =>
  redis.command('ACL', 'SETUSER', 'parley', 'reset', 'on', '>secret word', ...more);
const asParley = (redis: RedisServer) => redis.url.replace('//', '//parley:secret%20word@');

const saidWrong = async (redis: RedisServer) =>
  (await redisFindings([asParley(redis)])).flatMap(({ level, sentence }) => (level === 'error' ? [sentence] : []));

describe('a Redis cluster, by a user who may do what is documented', () => {
  it('connects nodes whatever slots move; they leave one of its nodes that is killed, or cut off, and find the others', async () => {
    const redis = await RedisCluster.start();
    closing.push(() => redis.close());
    const [first, second, third] = redis.nodes as [RedisServer, RedisServer, RedisServer];
    const allowed = (node: RedisServer) => allow(node, '&parley:*', ...GRANTED.split(' '), '+cluster|nodes');
    await Promise.all(redis.nodes.map(allowed));
    // Each is given one address: what it finds then the cluster has named.
    const [one, other] = await nodesWith([asParley(first), asParley(second)]);
    await reachEachOther(one, other);

    const channels = (await Promise.all(redis.nodes.map((node) => node.command('PUBSUB', 'CHANNELS')))).flat();
    for (const channel of channels) {
      const slot = Number(await first.command('CLUSTER', 'KEYSLOT', String(channel)));
      await redis.moveSlot(slot, redis.nodes[slot % 3] as RedisServer);
    }
    await reachEachOther(one, other);

    const socket = await (await aPerson(one)).connect();
    await first.kill();
    await socket.first('service:degraded', ({ part }) => part === 'redis');
    await socket.first('service:restored', ({ part }) => part === 'redis');
    socket.close();
    await reachEachOther(one, other);
    expect((await listenersOf(second)) + (await listenersOf(third))).toBe(2);

    await first.start();
    await allowed(first);
    await redis.isWhole();
    // Alone it would let a node hear itself, and nobody else.
    for (const cutOff of (await listenersOf(second)) > 0 ? [second] : [third]) {
      await cutOff.command('CLUSTER', 'RESET', 'HARD');
      await eventually('it was left', async () => (await listenersOf(cutOff)) === 0);
    }
    await reachEachOther(one, other);
  });
});

describe('several addresses without a cluster', () => {
  it('are tried until one is no replica and answers, and again once it has become one', async () => {
    const main = await redisWith({});
    const replica = await redisWith({});
    await replica.command('REPLICAOF', '127.0.0.1', String(main.port));
    const urls = [replica.url, main.url, 'redis://127.0.0.1:1'];
    expect((await redisFindings(urls)).map(({ level }) => level)).toEqual(['ok', 'warning', 'ok', 'ok', 'error']);
    const [one, other] = await twoNodes(...urls);
    await reachEachOther(one, other);
    expect(await listenersOf(main)).toBe(2);
    // Neither closes a connection over it.
    await replica.command('REPLICAOF', 'NO', 'ONE');
    await main.command('REPLICAOF', '127.0.0.1', String(replica.port));
    await eventually('both have left it', async () => (await listenersOf(replica)) === 2);
    await reachEachOther(one, other);
  });
});

describe('a user of Redis', () => {
  it('whose channels are not allowed is reported once, however often it is tried, and served once they are', async () => {
    const redis = await redisWith({});
    await allow(redis, ...GRANTED.split(' '));
    const [one, other] = await twoNodes(asParley(redis));
    await eventually('both have tried several times', async () => (await refusalsOf(redis)) >= 12);
    for (const node of [one, other])
      expect(lines(node, AWAY).filter(({ fault }) => String(fault).includes('NOPERM'))).toHaveLength(1);
    expect(await saidWrong(redis)).toEqual([expect.stringContaining('What is published is not heard: NOPERM')]);
    await allow(redis, '&parley:*', ...GRANTED.split(' '));
    expect(await saidWrong(redis)).toEqual([]);
    await reachEachOther(one, other);
  });
});

describe('a Redis that speaks TLS', () => {
  it('is believed by its certificate alone', async () => {
    const [own, foreign] = [testCertificate(), testCertificate()];
    const redis = await redisWith({ tls: own });
    setDefaultCACertificates([foreign.cert]);
    const [one, other] = await twoNodes(redis.url);
    const said = await eventually('it is refused', () => lines(one, AWAY)[0]);
    expect(said.fault).toContain('self-signed certificate');
    setDefaultCACertificates([own.cert]);
    await reachEachOther(one, other);
  });
});
