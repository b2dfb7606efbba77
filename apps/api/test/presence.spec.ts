import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import { startNode, type TestNode } from './node.js';
import { aGroup, aPerson, directOf, groupOf, type Person, people, succeeded } from './people.js';
import type { TestSocket } from './test-socket.js';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

let node: TestNode;

beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());

const statuses = (socket: TestSocket, who: Person) =>
  socket.heard.flatMap(({ name, payload }) => (name.startsWith('status:') && payload.userId === who.id ? [name] : []));
const isOnline = async (viewer: Person, who: Person) => succeeded(await viewer.get(`/users/${who.id}`)).isOnline;

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
});
