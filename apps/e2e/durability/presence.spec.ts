import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Fleet, hostToken, RestClient, ScriptedClient } from '@parley/testkit';

const ANN = { externalId: 'ann', name: 'Ann' };
const BOB = { externalId: 'bob', name: 'Bob' };
const EVE = { externalId: 'eve', name: 'Eve' };

describe('a node is killed', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await Fleet.start({ nodes: 2 });
  });
  afterAll(() => fleet.stop());

  it('F1 S2.38: who was connected there and nowhere else is published as offline by the one that is left', async () => {
    const [first, second] = fleet.urls as [string, string];
    const ann = new RestClient(first, await hostToken(ANN, undefined, { provision: true }));
    const { members } = await ann.createConversation({ type: 'group', name: 'All', memberIds: [BOB, EVE] });
    const idOf = (name: string) => members.find(({ user }) => user.displayName === name)?.user.id;
    const listener = await ScriptedClient.connect(first, await hostToken(ANN));
    const online = (name: string) => listener.waitFor('status:online', ({ userId }) => userId === idOf(name));
    const bob = await ScriptedClient.connect(second, await hostToken(BOB));
    const eve = await Promise.all(
      [first, second].map(async (url) => ScriptedClient.connect(url, await hostToken(EVE))),
    );
    await Promise.all([online('Bob'), online('Eve')]);

    await fleet.nodes[1]?.kill();
    await listener.waitFor('status:offline', ({ userId }) => userId === idOf('Bob'), 30_000);
    expect(listener.named('status:offline').map(({ payload }) => payload.userId)).toEqual([idOf('Bob')]);

    // The node that comes in its place is a new one; the old one publishes nothing any more.
    await fleet.nodes[1]?.start();
    const again = await ScriptedClient.connect(second, await hostToken(BOB));
    await listener.waitFor('status:online', ({ userId }) => {
      const told = listener.named('status:online').filter(({ payload }) => payload.userId === userId);
      return userId === idOf('Bob') && told.length === 2;
    });
    for (const client of [listener, bob, again, ...eve]) client.close();
  }, 90_000);
});
