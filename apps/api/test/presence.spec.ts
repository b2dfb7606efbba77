import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { UserDetail } from '@parley/protocol';
import { eventually } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import { manyUsers } from './masses.js';
import { startNode, startOn, type TestNode } from './node.js';
import { aGroup, aPerson, directOf, groupOf, NOBODY, Person, people, succeeded } from './people.js';
import { freshDatabase } from './test-database.js';
import type { TestSocket } from './test-socket.js';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Tokens are good for the node after as well. */
const RESTARTED = { JWT_SECRET: 'kept over the restart of this test' };

let node: TestNode;

beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());

const statuses = (socket: TestSocket, who: Person) =>
  socket.heard.flatMap(({ name, payload }) => (name.startsWith('status:') && payload.userId === who.id ? [name] : []));
const isOnline = async (viewer: Person, who: Person) => succeeded(await viewer.get(`/users/${who.id}`)).isOnline;

/** Two people in a group of their own; one of them listens. */
async function aPair() {
  const { owner, members, id } = await aGroup(node);
  const [bob] = members as [Person];
  return { owner, bob, id, friend: await owner.connect() };
}

describe('who is online', () => {
  it('S2.26 S3.25 A31: is told once, whatever the number of tabs, to those who share a conversation and to nobody else', async () => {
    const { owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const mallory = await aPerson(node);
    await directOf(owner, bob);
    const [friend, stranger] = await Promise.all([owner.connect(), mallory.connect()]);
    expect(await isOnline(owner, bob)).toBe(false);
    const tabs = await Promise.all([bob.connect(), bob.connect()]);
    expect(await friend.first('status:online', ({ userId }) => userId === bob.id)).toEqual({
      userId: bob.id,
      lastSeenAt: expect.stringMatching(TIME),
    });
    expect(await isOnline(owner, bob)).toBe(true);
    expect(await isOnline(mallory, bob)).toBeNull();
    expect(
      succeeded(await owner.get('/conversations')).items.find(({ type }: { type: string }) => type === 'direct').peer,
    ).toMatchObject({
      id: bob.id,
      isOnline: true,
    });
    // A tab less, a reload: nobody hears of it.
    tabs[0]?.close();
    tabs[1]?.close();
    tabs.push(await bob.connect());
    const probe = await aPerson(node);
    await groupOf(owner, [probe, mallory]);
    await probe.connect();
    for (const socket of [friend, stranger]) await socket.first('status:online', ({ userId }) => userId === probe.id);
    expect(statuses(friend, bob)).toEqual(['status:online']);
    expect(statuses(stranger, bob)).toEqual([]);
    expect(tabs.flatMap((tab) => statuses(tab, bob))).toEqual([]);
    expect(await isOnline(owner, bob)).toBe(true);
  });

  it('S2.26 D4: is told to be offline ten seconds after the last socket ended, with the time', async () => {
    const { owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const friend = await owner.connect();
    const socket = await bob.connect();
    await friend.first('status:online', ({ userId }) => userId === bob.id);
    socket.close();
    const start = performance.now();
    const { lastSeenAt } = await friend.first('status:offline', ({ userId }) => userId === bob.id);
    expect(performance.now() - start).toBeGreaterThan(9_000);
    expect(lastSeenAt).toMatch(TIME);
    await eventually('it is stored', async () => (await isOnline(owner, bob)) === false);
    expect(succeeded(await owner.get(`/users/${bob.id}`)).lastSeenAt).toMatch(TIME);
  });

  it('C20: in groups of over 100 members nobody is told', async () => {
    const crowd = await people(node, 103);
    const [ann, bob, eve, ...others] = crowd as [Person, Person, Person, ...Person[]];
    await groupOf(ann, [bob, eve, ...others]);
    await directOf(ann, eve);
    const listener = await ann.connect();
    await bob.connect();
    await eventually('bob is stored as online', () => isOnline(ann, bob));
    await eve.connect();
    await listener.first('status:online', ({ userId }) => userId === eve.id);
    expect(statuses(listener, bob)).toEqual([]);
  });

  it('S2.26 A31: who is idle on every device is away at once, and online with the first that is not', async () => {
    const { owner, bob, friend } = await aPair();
    const tabs = await Promise.all([bob.connect(), bob.connect()]);
    await friend.first('status:online', ({ userId }) => userId === bob.id);
    expect(await tabs[0]?.ask('presence:idle', { isIdle: true })).toEqual({ success: true });
    await tabs[1]?.ask('presence:idle', { isIdle: true });
    expect(await friend.first('status:away', ({ userId }) => userId === bob.id)).toEqual({
      userId: bob.id,
      lastSeenAt: expect.stringMatching(TIME),
    });
    expect(await friend.ask('presence:subscribe', { userIds: [bob.id] })).toMatchObject({
      users: { [bob.id]: { isOnline: true, isAway: true } },
    });
    expect(await isOnline(owner, bob)).toBe(true);
    await tabs[0]?.ask('presence:idle', { isIdle: false });
    await eventually('bob is back', () => statuses(friend, bob).length === 3);
    // Whoever has just been there, and looks away and back again all the time, is there.
    for (let round = 0; round < 20; round += 1) await tabs[0]?.ask('presence:idle', { isIdle: round % 2 === 0 });
    const probe = await aPerson(node);
    await directOf(owner, probe);
    await probe.connect();
    await friend.first('status:online', ({ userId }) => userId === probe.id);
    expect(statuses(friend, bob)).toEqual(['status:online', 'status:away', 'status:online']);
  });

  it('S2.26 S3.24: whoever watches hears of people in large groups too, for as long as both are in one', async () => {
    const crowd = await people(node, 103);
    const [ann, bob, eve] = crowd as [Person, Person, Person];
    const group = await groupOf(ann, crowd.slice(1));
    const stranger = await aPerson(node);
    const listener = await ann.connect();
    const userIds = [bob.id, stranger.id, NOBODY];
    expect(await listener.ask('presence:subscribe', { userIds })).toEqual({
      success: true,
      users: { [bob.id]: { isOnline: false, isAway: false, lastSeenAt: null } },
    });
    const socket = await bob.connect();
    await listener.first('status:online', ({ userId }) => userId === bob.id);
    await eve.connect();
    await stranger.connect();
    await eventually('all are stored', async () => (await isOnline(ann, eve)) && (await isOnline(ann, bob)));
    expect(statuses(listener, eve)).toEqual([]);
    succeeded(await ann.delete(`/conversations/${group}/members/${bob.id}`));
    await listener.first('member:removed');
    await socket.ask('presence:idle', { isIdle: true });
    // The set was replaced: of Bob nothing is to be heard for two reasons now, of Eve for none.
    const probe = await aPerson(node);
    await directOf(ann, probe);
    const watched = await listener.ask('presence:subscribe', { userIds: [eve.id.toUpperCase()] });
    expect(Object.keys(watched.users)).toEqual([eve.id]);
    await probe.connect();
    await listener.first('status:online', ({ userId }) => userId === probe.id);
    expect(statuses(listener, bob)).toEqual(['status:online']);
    expect(statuses(listener, stranger)).toEqual([]);
  });

  it('S2.26: whoever hides is offline and never seen for others, and nobody is told when they come and go', async () => {
    const { owner, bob, friend, id } = await aPair();
    const first = await bob.connect();
    await friend.first('status:online', ({ userId }) => userId === bob.id);
    expect(succeeded(await bob.get('/users/me')).isHidden).toBe(false);
    expect(succeeded(await bob.patch('/users/me', { isHidden: true })).isHidden).toBe(true);
    const hidden = await friend.first('status:offline', ({ userId }) => userId === bob.id);
    expect(hidden).toEqual({ userId: bob.id, lastSeenAt: null });
    expect(succeeded(await owner.get(`/users/${bob.id}`))).toMatchObject({ isOnline: false, lastSeenAt: null });
    expect((await friend.ask('presence:subscribe', { userIds: [bob.id] })).users).toEqual({
      [bob.id]: { isOnline: false, isAway: false, lastSeenAt: null },
    });
    expect(succeeded(await owner.get(`/conversations/${id}/online`)).userIds).not.toContain(bob.id);
    await first.ask('presence:idle', { isIdle: true });
    await eventually('it is stored', async () => {
      const rows = await node.rows(sql`SELECT 1 FROM users WHERE id = ${bob.id} AND is_away`);
      return rows.length === 1;
    });
    // Once more changes nothing.
    succeeded(await bob.patch('/users/me', { isHidden: true }));
    const probe = await aPerson(node);
    await directOf(owner, probe);
    await probe.connect();
    await friend.first('status:online', ({ userId }) => userId === probe.id);
    expect(statuses(friend, bob)).toEqual(['status:online', 'status:offline']);
    succeeded(await bob.patch('/users/me', { isHidden: false }));
    const { lastSeenAt } = await friend.first('status:away', ({ userId }) => userId === bob.id);
    expect(lastSeenAt).toMatch(TIME);
    expect(await isOnline(owner, bob)).toBe(true);
  });

  it('S2.26: is told of everybody, however many change at the same moment', async () => {
    const { bob, friend } = await aPair();
    const others = await manyUsers(node, 10_001);
    await node.rows(sql`
      UPDATE users SET status = 'online', presence_at = date_trunc('milliseconds', now())
                         - CASE WHEN id = ${bob.id} THEN 1 ELSE 0 END * interval '1 second'
       WHERE id = ANY(${sql.param([bob.id, ...others])}::uuid[])`);
    expect(await friend.first('status:online', ({ userId }) => userId === bob.id)).toMatchObject({ userId: bob.id });
  });

  it('S2.26: a conversation tells its members who of them is online', async () => {
    const { owner, members, id } = await aGroup(node, { members: 2 });
    const [bob] = members as [Person];
    await bob.connect();
    await eventually('bob is stored as online', () => isOnline(owner, bob));
    for (const path of [`/conversations/${id}/online`, `/rooms/${id}/online`]) {
      expect(succeeded(await owner.get(path))).toEqual({ userIds: [bob.id] });
    }
    const list = succeeded(await owner.get(`/conversations/${id}/members`)).items;
    const seen = list.map(({ user }: { user: UserDetail }) => [user.id, user.isOnline]);
    expect(new Map(seen)).toEqual(new Map([owner, ...members].map((each) => [each.id, each === bob])));
    const stranger = await aPerson(node);
    expect((await stranger.get(`/conversations/${id}/online`)).status).toBe(404);
    expect((await owner.get(`/conversations/${NOBODY}/online`)).status).toBe(404);
  });

  it.each([
    ['presence:subscribe', 'nothing', {}],
    ['presence:subscribe', 'a text in place of a list', { userIds: 'all' }],
    ['presence:subscribe', 'what is no id', { userIds: ['me'] }],
    ['presence:subscribe', 'more than 500', { userIds: Array.from({ length: 501 }, () => NOBODY) }],
    ['presence:subscribe', 'an unknown key', { userIds: [], more: 1 }],
    ['presence:idle', 'nothing', {}],
    ['presence:idle', 'a text', { isIdle: 'yes' }],
  ])('S4.46: %s refuses %s', async (command, _what, payload) => {
    const socket = await (await aPerson(node)).connect();
    expect(await socket.ask(command, payload)).toMatchObject({ success: false, error: { code: 'validation_failed' } });
    socket.close();
  });
});

describe('names and pictures', () => {
  it("S3.24: are told to everyone who shares a conversation of whatever size, and to all of one's own sockets", async () => {
    const crowd = await people(node, 103);
    const [ann, bob] = crowd as [Person, Person];
    await groupOf(ann, crowd.slice(1));
    const stranger = await aPerson(node);
    const [listener, own, deaf] = await Promise.all([ann.connect(), bob.connect(), stranger.connect()]);
    succeeded(await bob.patch('/users/me', { displayName: 'Robert', avatarUrl: 'https://host.example/bob.png' }));
    for (const socket of [listener, own]) {
      const { user } = await socket.first('user:updated', (event) => event.user.id === bob.id);
      expect(user).toEqual({
        id: bob.id,
        username: bob.username,
        displayName: 'Robert',
        avatarUrl: 'https://host.example/bob.png',
        isBot: false,
      });
    }
    const probe = await aPerson(node);
    await directOf(stranger, probe);
    succeeded(await probe.patch('/users/me', { displayName: 'Probe' }));
    await deaf.first('user:updated', (event) => event.user.id === probe.id);
    expect(deaf.all('user:updated')).toHaveLength(1);
  });

  it('S3.24: are not told where somebody is disabled, which changes neither', async () => {
    const { owner, bob, friend } = await aPair();
    await node.rows(sql`UPDATE users SET role = 'admin' WHERE id = ${owner.id}`);
    for (const isDisabled of [true, false]) succeeded(await owner.patch(`/users/${bob.id}`, { isDisabled }));
    succeeded(await owner.patch('/users/me', { displayName: 'The admin' }));
    await friend.first('user:updated', ({ user }) => user.id === owner.id);
    expect(friend.all('user:updated')).toHaveLength(1);
  });

  it("S3.24: are told likewise when the host product's newer token says another one", async () => {
    const ann = await aPerson(node);
    const sub = `host-${ann.username}`;
    const iat = Math.floor(Date.now() / 1000);
    const { id, username, token } = await node.hostUser(sub, { name: 'Old', iat: iat - 60 });
    await directOf(ann, new Person(node, id, username, token));
    const listener = await ann.connect();
    await node.hostUser(sub, { name: 'New', picture: 'https://host.example/new.png', iat });
    const { user } = await listener.first('user:updated', (event) => event.user.id === id);
    expect(user).toMatchObject({ displayName: 'New', avatarUrl: 'https://host.example/new.png' });
  });
});

describe('a node that starts anew', () => {
  it('F2 S2.38: nobody who comes back is offline meanwhile; who does not is, when it is sure', async () => {
    const database = await freshDatabase();
    const remove = { ...database, remove: async () => undefined };
    const before = await startOn(remove, RESTARTED);
    const [ann, bob, carol] = (await people(before, 3)) as [Person, Person, Person];
    await Promise.all([directOf(ann, bob), directOf(ann, carol)]);
    await Promise.all([bob.connect(), carol.connect()]);
    await eventually('both are online', async () => (await isOnline(ann, bob)) && (await isOnline(ann, carol)));
    await before.close();
    const after = await startOn(database, RESTARTED);
    try {
      const listener = await new Person(after, ann.id, ann.username, ann.token).connect();
      await new Person(after, bob.id, bob.username, bob.token).connect();
      await eventually('carol is offline', () => statuses(listener, carol).length > 0, 20_000);
      expect(statuses(listener, carol)).toEqual(['status:offline']);
      expect(statuses(listener, bob)).toEqual([]);
      expect(await isOnline(new Person(after, ann.id, ann.username, ann.token), bob)).toBe(true);
    } finally {
      await after.close();
    }
  });
});
