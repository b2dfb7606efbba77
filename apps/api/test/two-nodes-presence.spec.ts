import { describe, expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import { newId } from '../src/kernel/ids.js';
import { PresenceRepository } from '../src/modules/presence/presence.repository.js';
import type { TestNode } from './node.js';
import { at, hears, missesRedis, pairOfNodes } from './pair-of-nodes.js';
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

  it('S2.38: whoever is stored by two nodes at the same instant is told once', async () => {
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
    const all = (how: 'active' | 'gone') => new Map(crowd.map((id) => [id, how]));
    await here.store(first, all('active'));
    for (let round = 0; round < 40; round += 1) {
      const [from, to] = round % 2 === 0 ? [first, second] : [second, first];
      // Each user by themselves, so that there are as many chances.
      const moves = crowd.flatMap((id) => [
        here.store(from, new Map([[id, 'gone']])),
        there.store(to, new Map([[id, 'active']])),
      ]);
      await Promise.all(moves);
      const rows = await one().rows<{ status: string }>(sql`SELECT status FROM users WHERE id IN ${crowd}`);
      expect(rows.map(({ status }) => status)).toEqual(crowd.map(() => 'online'));
    }
    await here.store(first, all('gone'));
    await there.store(second, all('gone'));
  });

  it('F8 S2.38 S3.24: while Redis is away everyone hears of comings and new names all the same, and of none twice', async () => {
    const { ann, bob, listener } = await aPair();
    await pair.redis.kill();
    await Promise.all(pair.nodes.map(missesRedis));
    const there = await at(other(), bob).connect();
    await listener.first('status:online', ({ userId }) => userId === bob.id);
    succeeded(await at(other(), bob).patch('/users/me', { displayName: 'Bob, renamed' }));
    const { user } = await listener.first('user:updated', (event) => event.user.id === bob.id);
    expect(user).toEqual({ ...user, id: bob.id, username: bob.username, displayName: 'Bob, renamed' });
    await pair.redis.start();
    await Promise.all(pair.nodes.map(hears));
    succeeded(await ann.patch('/users/me', { displayName: 'Ann, renamed' }));
    await there.first('user:updated', (event) => event.user.id === ann.id);
    expect(statuses(listener, bob)).toEqual(['status:online']);
    expect(listener.all('user:updated').filter((event) => event.user.id === bob.id)).toHaveLength(1);
    for (const socket of [there, listener]) socket.close();
  });

  it('F5 S2.38: a node that another one took for dead is not, and stores its users again', async () => {
    const { ann, bob, listener } = await aPair();
    const there = await at(other(), bob).connect();
    await listener.first('status:online', ({ userId }) => userId === bob.id);
    // What the first node does with a node of which it sees no sign of life; at once, as a node that notices comes back.
    await one().node.databases.main.transaction(async (tx) => {
      await tx.execute(sql`DELETE FROM node_users`);
      await tx.execute(sql`DELETE FROM nodes`);
      await tx.execute(sql`UPDATE users SET status = 'offline'`);
    });
    await eventually('bob is online again', () => isOnline(ann, bob));
    await eventually('ann is online again, whose node noticed by itself', () => isOnline(bob, ann));
    await eventually('that is told', () => statuses(listener, bob).length === 2);
    expect(statuses(listener, bob)).toEqual(['status:online', 'status:online']);
    for (const socket of [there, listener]) socket.close();
  });

  it('S2.26: away is who is idle on all devices, on whatever node', async () => {
    const { bob, listener } = await aPair();
    const [here, there] = await Promise.all([bob.connect(), at(other(), bob).connect()]);
    await listener.first('status:online', ({ userId }) => userId === bob.id);
    await here.ask('presence:idle', { isIdle: true });
    await eventually('one of them is stored as idle', async () => {
      const rows = await one().rows(sql`SELECT 1 FROM node_users WHERE user_id = ${bob.id} AND is_idle`);
      return rows.length === 1;
    });
    expect(statuses(listener, bob)).toEqual(['status:online']);
    await there.ask('presence:idle', { isIdle: true });
    await listener.first('status:away', ({ userId }) => userId === bob.id);
    await here.ask('presence:idle', { isIdle: false });
    await eventually('bob is back', () => statuses(listener, bob).length === 3);
    expect(statuses(listener, bob)).toEqual(['status:online', 'status:away', 'status:online']);
    for (const socket of [here, there, listener]) socket.close();
  });

  it('F1 S2.38: the users of a dead node are offline within 20 seconds, and those who came back elsewhere never', async () => {
    const { ann, bob, listener } = await aPair();
    const carol = await aPerson(one());
    await directOf(ann, carol);
    const repository = one().node.app.get(PresenceRepository);
    const dead = newId();
    await repository.register(dead);
    await repository.store(dead, new Map([bob, carol].map(({ id }) => [id, 'active'])));
    await eventually('bob is online', () => isOnline(ann, bob));
    const back = await at(other(), carol).connect();
    await eventually('bob is offline', () => statuses(listener, bob).includes('status:offline'), 20_000);
    await eventually('nothing is left of the node', async () => {
      return (await one().rows(sql`SELECT 1 FROM nodes WHERE id = ${dead}`)).length === 0;
    });
    expect(statuses(listener, carol)).not.toContain('status:offline');
    expect(await isOnline(ann, carol)).toBe(true);
    for (const socket of [back, listener]) socket.close();
  });
});
