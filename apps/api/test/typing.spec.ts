import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import { startNode, type TestNode } from './node.js';
import { aGroup, aPerson, groupOf, type Person, people, succeeded } from './people.js';
import type { TestSocket } from './test-socket.js';

let node: TestNode;

beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());

const sets = (socket: TestSocket): string[][] => socket.all('typing:update').map(({ userIds }) => userIds);
const latest = (socket: TestSocket): string[] => sets(socket).at(-1) ?? [];
const start = (socket: TestSocket, conversationId: string) => socket.ask('typing:start', { conversationId });
const stop = (socket: TestSocket, conversationId: string) => socket.ask('typing:stop', { conversationId });
/** Types until the end is called, as typing that is not told again is over soon; the end is told by nobody. */
const typesOn = async (socket: TestSocket, conversationId: string): Promise<() => void> => {
  expect(await start(socket, conversationId)).toEqual({ success: true });
  const typing = setInterval(() => void start(socket, conversationId), 1_100);
  return () => clearInterval(typing);
};
const shows = (socket: TestSocket, userIds: readonly string[]) =>
  eventually(`${userIds.length} are typing; it was told ${JSON.stringify(sets(socket))}`, () => {
    const [shown, wanted] = [latest(socket), userIds].map((ids) => [...ids].sort().join(' '));
    return sets(socket).length > 0 && shown === wanted;
  });

describe('typing', () => {
  it('S4.35 S4.33 S4.31 S1.19: is told to every socket of the conversation, the typist’s too, and by REST', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const stranger = await aPerson(node);
    await groupOf(owner, [stranger]);
    const [mine, theirs, other] = await Promise.all([owner.connect(), bob.connect(), stranger.connect()]);
    const owners = await typesOn(mine, id);
    for (const socket of [mine, theirs])
      expect(await socket.first('typing:update')).toEqual({ conversationId: id, userIds: [owner.id], count: 1 });
    const bobs = await typesOn(theirs, id.toUpperCase());
    await shows(mine, [owner.id, bob.id]);
    expect(succeeded(await bob.get(`/conversations/${id}/typing`))).toEqual({ userIds: [owner.id, bob.id] });
    expect(succeeded(await bob.get(`/rooms/${id}/typing`))).toEqual({ userIds: [owner.id, bob.id] });
    owners();
    await stop(mine, id);
    // It did not end by itself.
    expect(succeeded(await bob.get(`/conversations/${id}/typing`))).toEqual({ userIds: [bob.id] });
    await shows(theirs, [bob.id]);
    bobs();
    await shows(theirs, []);
    expect(sets(other)).toEqual([]);
  });

  it('S4.35: is told to a socket that comes, or comes back to the conversation, while somebody types', async () => {
    const { id, owner, members } = await aGroup(node);
    const [bob] = members as [Person];
    const [mine, theirs] = await Promise.all([owner.connect(), bob.connect()]);
    const stranger = await aPerson(node);
    const end = await typesOn(mine, id);
    await theirs.first('typing:update');
    const [late, other] = await Promise.all([bob.connect(), stranger.connect()]);
    expect(await late.first('typing:update')).toEqual({ conversationId: id, userIds: [owner.id], count: 1 });
    const order = late.heard.map(({ name }) => name);
    expect(order.indexOf('ready')).toBeLessThan(order.indexOf('typing:update'));
    await theirs.ask('conversation:leave', { conversationId: id });
    await theirs.ask('conversation:join', { conversationId: id });
    await shows(theirs, [owner.id]);
    expect(sets(theirs)).toHaveLength(2);
    end();
    await shows(late, []);
    await other.ask('sync', { conversations: {} });
    expect(sets(other)).toEqual([]);
  });

  it('S4.35: ends with the message, before others receive it', async () => {
    const { id, owner, members } = await aGroup(node);
    const [mine, theirs] = await Promise.all([owner.connect(), (members[0] as Person).connect()]);
    await start(mine, id);
    await shows(theirs, [owner.id]);
    const { version } = await mine.say(id, 'what I typed');
    await theirs.reaches(id, version);
    expect(succeeded(await owner.get(`/conversations/${id}/typing`))).toEqual({ userIds: [] });
    await shows(theirs, []);
  });

  it('G5: is nobody’s who is no member, and no stranger learns of it', async () => {
    const { id, owner, members } = await aGroup(node, { members: 2 });
    const [bob, eve] = members as [Person, Person];
    const [mine, theirs, removed] = await Promise.all([owner.connect(), bob.connect(), eve.connect()]);
    const stranger = await aPerson(node);
    const outside = await stranger.connect();
    for (const ask of [start, stop]) expect(await ask(outside, id)).toMatchObject({ error: { code: 'not_found' } });
    expect((await stranger.get(`/conversations/${id}/typing`)).status).toBe(404);
    await start(removed, id);
    await shows(theirs, [eve.id]);
    succeeded(await owner.delete(`/conversations/${id}/members/${eve.id}`));
    await shows(theirs, []);
    await removed.first('member:removed');
    const before = sets(removed).length;
    expect(await start(removed, id)).toMatchObject({ error: { code: 'not_found' } });
    await start(mine, id);
    await shows(theirs, [owner.id]);
    expect(sets(removed)).toHaveLength(before);
  });

  it('§6: is over before the conversation is archived, and begins again when it no longer is', async () => {
    const { id, owner, members } = await aGroup(node);
    const [mine, theirs] = await Promise.all([owner.connect(), (members[0] as Person).connect()]);
    await start(mine, id);
    await shows(theirs, [owner.id]);
    succeeded(await owner.patch(`/conversations/${id}`, { isArchived: true }));
    await theirs.first('conversation:archived');
    expect(latest(theirs)).toEqual([]);
    const order = theirs.heard.map(({ name }) => name);
    expect(order.lastIndexOf('typing:update')).toBeLessThan(order.indexOf('conversation:archived'));
    expect(await start(mine, id)).toMatchObject({
      error: { code: 'conflict', details: [{ path: 'conversation', message: 'archived' }] },
    });
    expect(await stop(mine, id)).toEqual({ success: true });
    succeeded(await owner.patch(`/conversations/${id}`, { isArchived: false }));
    await eventually('it may be typed in again', async () => (await start(theirs, id)).success);
    await shows(mine, [members[0]?.id ?? '']);
  });

  it('a socket that has left the conversation is told nothing, and may type in it', async () => {
    const { id, owner, members } = await aGroup(node);
    const [mine, theirs] = await Promise.all([owner.connect(), (members[0] as Person).connect()]);
    await mine.ask('conversation:leave', { conversationId: id });
    await start(mine, id);
    await shows(theirs, [owner.id]);
    await mine.ask('sync', { conversations: {} });
    expect(sets(mine)).toEqual([]);
  });

  it('refuses what is no conversation', async () => {
    const socket = await (await aPerson(node)).connect();
    for (const payload of [
      {},
      { conversationId: 7 },
      { conversationId: 'all' },
      null,
      { conversationId: '', isTyping: true },
    ])
      for (const command of ['typing:start', 'typing:stop'])
        expect(await socket.ask(command, payload)).toMatchObject({ error: { code: 'validation_failed' } });
  });
});

describe('typing in a group of over 100 members', () => {
  const TYPISTS = 200;
  const SECONDS = 5;
  let crowd: Person[];
  let sockets: TestSocket[];
  let id: string;

  beforeAll(async () => {
    crowd = await people(node, TYPISTS);
    id = await groupOf(crowd[0] as Person, crowd.slice(1));
    sockets = await Promise.all(crowd.map((person) => person.connect()));
  });

  const open = (socket: TestSocket, conversationId: string) =>
    socket.ask('conversation:open', { conversationId, limit: 1 });
  const wait = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1_000));

  it('C20: is told to the sockets that opened it last, and to no others', async () => {
    const [typist, reader, elsewhere, never] = sockets as [TestSocket, TestSocket, TestSocket, TestSocket];
    const other = await groupOf(crowd[2] as Person, []);
    await open(reader, id);
    await open(elsewhere, id);
    await open(elsewhere, other);
    const end = await typesOn(typist, id);
    await shows(reader, [crowd[0]?.id ?? '']);
    // Who opens it meanwhile is told at once, as nothing changes for the others.
    const late = sockets[4] as TestSocket;
    await open(late, id);
    expect(latest(late)).toEqual([crowd[0]?.id]);
    end();
    await shows(reader, []);
    await shows(late, []);
    expect(sets(reader)).toHaveLength(2);
    expect([typist, elsewhere, never].map(sets)).toEqual([[], [], []]);
  });

  it('S4.35 G8: is told twice a second at most, however many type, with the first twenty and how many they are', async () => {
    await Promise.all(sockets.map((socket) => open(socket, id)));
    const before = sockets.map((socket) => socket.all('typing:update').length);
    const began = performance.now();
    // Ten times a second others begin, or end.
    for (let step = 0; step < SECONDS * 10; step += 1) {
      const act = Math.floor(step / 10) % 2 === 0 ? start : stop;
      for (const [at, socket] of sockets.entries()) if (at % 10 === step % 10) void act(socket, id);
      await wait(0.1);
    }
    const counts = sockets.map((socket, at) => socket.all('typing:update').length - (before[at] ?? 0));
    const seconds = (performance.now() - began) / 1_000;
    expect(Math.max(...counts)).toBeLessThanOrEqual(Math.ceil(seconds * 2) + 1);
    for (const socket of sockets) void start(socket, id);
    const update = await eventually('nearly all are shown', () =>
      sockets.map((socket) => socket.all('typing:update').at(-1)).find((each) => each?.count > 150),
    );
    expect(update.userIds).toHaveLength(20);
  });
});
