import { describe, expect, it } from '@jest/globals';
import { eventually, TcpProxy } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import { newId } from '../src/kernel/ids.js';
import { PresenceRepository } from '../src/modules/presence/presence.repository.js';
import type { TestNode } from './node.js';
import { at, hears, missesRedis, pairOfNodes, withTwoNodes } from './pair-of-nodes.js';
import { aPerson, directOf, groupOf, type Person, people, succeeded } from './people.js';
import type { TestSocket } from './test-socket.js';

const pair = pairOfNodes();
const one = () => pair.nodes[0] as TestNode;
const other = () => pair.nodes[1] as TestNode;
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
    await eventually('both are stored', async () => {
      const rows = await one().rows(sql`SELECT 1 FROM node_users WHERE user_id = ${bob.id}`);
      return rows.length === 2;
    });
    there.close();
    await eventually('one of them is gone', async () => {
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
    await eventually('all of them are told', () => crowd.every((who) => statuses(listener, who).length > 0));
    const probe = await aPerson(one());
    await directOf(ann, probe);
    await probe.connect();
    await listener.first('status:online', ({ userId }) => userId === probe.id);
    expect(crowd.map((who) => statuses(listener, who))).toEqual(crowd.map(() => ['status:online']));
    for (const socket of [...sockets, listener]) socket.close();
  });

  it('S2.38: whoever leaves one node while they come to the other is online, at whatever instant that is', async () => {
    const crowd = (await people(one(), 10)).map(({ id }) => id);
    const [here, there] = pair.nodes.map((node) => node.node.app.get(PresenceRepository)) as [
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
    await pair.redis.kill();
    await Promise.all(pair.nodes.map(missesRedis));
    const there = await at(other(), bob).connect();
    await eventually('bob is stored as online', () => isOnline(ann, bob));
    expect(statuses(listener, bob)).toEqual([]);
    await pair.redis.start();
    await listener.first('status:online', ({ userId }) => userId === bob.id);
    expect(statuses(listener, bob)).toEqual(['status:online']);
    for (const socket of [there, listener]) socket.close();
  });

  it('F8 S2.38: what only one of the nodes missed, or could not tell, is heard when it is back', async () => {
    const link = await TcpProxy.start({ host: '127.0.0.1', port: pair.redis.port });
    await withTwoNodes([pair.redis.url, `redis://${link.host}:${link.port}`], async (near, far) => {
      await Promise.all([near, far].map(hears));
      const [ann, bob, carol, dan] = (await people(near, 4)) as [Person, Person, Person, Person];
      await Promise.all([directOf(ann, bob), directOf(dan, carol)]);
      const [listener, farListener] = await Promise.all([ann.connect(), at(far, dan).connect()]);
      await link.mode('blackhole');
      await missesRedis(far);
      const sockets = await Promise.all([at(far, bob).connect(), carol.connect()]);
      await eventually('both are stored', async () => (await isOnline(ann, bob)) && (await isOnline(dan, carol)));
      await link.mode('pass');
      await listener.first('status:online', ({ userId }) => userId === bob.id);
      await farListener.first('status:online', ({ userId }) => userId === carol.id);
      expect([statuses(listener, bob), statuses(farListener, carol)]).toEqual([['status:online'], ['status:online']]);
      for (const socket of [...sockets, listener, farListener]) socket.close();
    }).finally(() => link.close());
  });

  it('F5 S2.38: a node that another one took for dead is not, and stores its users again', async () => {
    const { ann, bob, listener } = await aPair();
    const there = await at(other(), bob).connect();
    await listener.first('status:online', ({ userId }) => userId === bob.id);
    // What the first node does with a node of which it sees no sign of life.
    await one().rows(sql`DELETE FROM node_users`);
    await one().rows(sql`DELETE FROM nodes`);
    await one().rows(sql`UPDATE users SET status = 'offline'`);
    await eventually('bob is online again', () => isOnline(ann, bob));
    await eventually('ann is online again, whose node noticed by itself', () => isOnline(bob, ann));
    await eventually('that is told', () => statuses(listener, bob).length === 2);
    expect(statuses(listener, bob)).toEqual(['status:online', 'status:online']);
    for (const socket of [there, listener]) socket.close();
  });
});
