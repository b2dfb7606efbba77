import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RedisServer } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import { newId } from '../src/kernel/ids.js';
import { PresenceRepository } from '../src/modules/presence/presence.repository.js';
import { startNodes, type TestNode } from './node.js';
import { aPerson, directOf, groupOf, Person, people, succeeded } from './people.js';
import type { TestSocket } from './test-socket.js';
import { until } from './until.js';

let redis: RedisServer;
let nodes: TestNode[];

beforeAll(async () => {
  redis = await RedisServer.start();
  nodes = await startNodes(2, redis.url);
  await Promise.all(nodes.map(hears));
});
afterAll(async () => {
  await Promise.all([...nodes].reverse().map((node) => node.close()));
  await redis.close();
});

const one = () => nodes[0] as TestNode;
const other = () => nodes[1] as TestNode;
const readiness = async (node: TestNode) => (await node.request.get('/health/ready').expect(200)).body.status;
const hears = (node: TestNode) => until('a node hears Redis', async () => (await readiness(node)) === 'ok');
const misses = (node: TestNode) => until('a node misses Redis', async () => (await readiness(node)) === 'degraded');
/** The same person, speaking to another node. */
const at = (node: TestNode, { id, username, token }: Person) => new Person(node, id, username, token);
const statuses = (socket: TestSocket, { id }: Person) =>
  socket.heard.flatMap(({ name, payload }) => (name.startsWith('status:') && payload.userId === id ? [name] : []));
const isOnline = async (viewer: Person, { id }: Person) => succeeded(await viewer.get(`/users/${id}`)).isOnline;

/** Ann on the first node with a socket, Bob without one, and a direct conversation of the two. */
async function aPair() {
  const ann = await aPerson(one());
  const bob = await aPerson(one());
  await directOf(ann, bob);
  return { ann, bob, listener: await ann.connect() };
}

describe('who is online, over two nodes', () => {
  it('S2.26 S2.38: whoever has a socket on either is online for those on both, and told once', async () => {
    const { ann, bob, listener } = await aPair();
    const there = await at(other(), bob).connect();
    await listener.first('status:online', ({ userId }) => userId === bob.id);
    expect(await isOnline(ann, bob)).toBe(true);
    expect(await isOnline(at(other(), ann), bob)).toBe(true);
    const list = succeeded(await ann.get('/conversations')).items;
    expect(list.find(({ type }: { type: string }) => type === 'direct').peer).toMatchObject({ isOnline: true });
    // A second device on the other node changes nothing, nor does its end while the first one is there.
    const here = await bob.connect();
    await until('both are stored', async () => {
      const rows = await one().rows(sql`SELECT 1 FROM node_users WHERE user_id = ${bob.id}`);
      return rows.length === 2;
    });
    there.close();
    await until('one of them is gone', async () => {
      const rows = await one().rows(sql`SELECT 1 FROM node_users WHERE user_id = ${bob.id}`);
      return rows.length === 1;
    });
    expect(statuses(listener, bob)).toEqual(['status:online']);
    expect(await isOnline(ann, bob)).toBe(true);
    here.close();
    const { lastSeenAt } = await listener.first('status:offline', ({ userId }) => userId === bob.id);
    expect(statuses(listener, bob)).toEqual(['status:online', 'status:offline']);
    expect(succeeded(await at(other(), ann).get(`/users/${bob.id}`))).toMatchObject({ isOnline: false, lastSeenAt });
    listener.close();
  });

  it('S2.38: of two nodes that store the same user at the same instant exactly one tells it', async () => {
    const ann = await aPerson(one());
    const crowd = await people(one(), 20);
    await groupOf(ann, crowd);
    const listener = await ann.connect();
    const sockets = await Promise.all(crowd.flatMap((who) => [who.connect(), at(other(), who).connect()]));
    await until('all of them are told', () => crowd.every((who) => statuses(listener, who).length > 0));
    const probe = await aPerson(one());
    await directOf(ann, probe);
    await probe.connect();
    await listener.first('status:online', ({ userId }) => userId === probe.id);
    expect(crowd.map((who) => statuses(listener, who))).toEqual(crowd.map(() => ['status:online']));
    for (const socket of [...sockets, listener]) socket.close();
  });

  it('S2.38: whoever leaves one node while they come to the other is online, at whatever instant that is', async () => {
    const crowd = (await people(one(), 10)).map(({ id }) => id);
    const [here, there] = nodes.map((node) => node.node.app.get(PresenceRepository)) as [
      PresenceRepository,
      PresenceRepository,
    ];
    const [first, second] = [newId(), newId()];
    await Promise.all([here.register(first), there.register(second)]);
    const all = (isHere: boolean) => new Map(crowd.map((id) => [id, isHere]));
    await here.store(first, all(true));
    for (let round = 0; round < 40; round += 1) {
      const [from, to] = round % 2 === 0 ? [first, second] : [second, first];
      // Each user by themselves, so that there are as many chances.
      const moves = crowd.flatMap((id) => [
        here.store(from, new Map([[id, false]])),
        there.store(to, new Map([[id, true]])),
      ]);
      await Promise.all(moves);
      const rows = await one().rows<{ status: string }>(sql`SELECT status FROM users WHERE id IN ${crowd}`);
      expect(rows.map(({ status }) => status)).toEqual(crowd.map(() => 'online'));
    }
    await here.store(first, all(false));
    await there.store(second, all(false));
  });

  it('F8 S2.38: what other nodes did not hear while Redis was away they hear when it is back', async () => {
    const { ann, bob, listener } = await aPair();
    await redis.kill();
    await Promise.all(nodes.map(misses));
    const there = await at(other(), bob).connect();
    await until('bob is stored as online', () => isOnline(ann, bob));
    expect(statuses(listener, bob)).toEqual([]);
    await redis.start();
    await listener.first('status:online', ({ userId }) => userId === bob.id);
    expect(statuses(listener, bob)).toEqual(['status:online']);
    for (const socket of [there, listener]) socket.close();
  });

  it('F5 S2.38: a node that another one took for dead is not, and stores its users again', async () => {
    const { ann, bob, listener } = await aPair();
    const there = await at(other(), bob).connect();
    await listener.first('status:online', ({ userId }) => userId === bob.id);
    // What the first node does with a node of which it sees no sign of life.
    await one().rows(sql`DELETE FROM node_users`);
    await one().rows(sql`DELETE FROM nodes`);
    await one().rows(sql`UPDATE users SET status = 'offline'`);
    await until('bob is online again', () => isOnline(ann, bob));
    await until('ann is online again, whose node noticed by itself', () => isOnline(bob, ann));
    await until('that is told', () => statuses(listener, bob).length === 2);
    expect(statuses(listener, bob)).toEqual(['status:online', 'status:online']);
    for (const socket of [there, listener]) socket.close();
  });
});
