import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, Fleet, hostToken, RestClient, ScriptedClient } from '@parley/testkit';

const personOf = (name: string) => ({ externalId: name.toLowerCase(), name });
const OTHERS = ['Bob', 'Cid', 'Dan', 'Eve'] as const;
type Name = (typeof OTHERS)[number];
const byName = (one = '', other = '') => one.localeCompare(other);
/** How long after its death the users of a node are still shown online, at the most. */
const DEAD_WITHIN_MS = 20_000;

describe('a node is killed', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await Fleet.start({ nodes: 2 });
  });
  afterAll(() => fleet.stop());

  it('F1 S2.38: within 20 s the one that is left publishes as offline who was connected only there, and of whoever comes back to it, or has ten tabs on both, nothing', async () => {
    const [first, second] = fleet.urls as [string, string];
    const connect = async (url: string, name: string) => ScriptedClient.connect(url, await hostToken(personOf(name)));
    const ann = new RestClient(first, await hostToken(personOf('Ann'), undefined, { provision: true }));
    const { members } = await ann.createConversation({ type: 'group', name: 'All', memberIds: OTHERS.map(personOf) });
    const names = new Map(members.map(({ user }) => [user.id, user.displayName]));
    const listener = await connect(first, 'Ann');
    const shown = (event: 'status:online' | 'status:offline') =>
      listener.named(event).map(({ payload }) => names.get(payload.userId));
    const online = (name: Name) => eventually(`${name} is online`, () => shown('status:online').includes(name));

    const gone = await Promise.all([connect(second, 'Bob'), connect(second, 'Cid'), connect(second, 'Dan')]);
    const tabs = await Promise.all(Array.from({ length: 10 }, (_, i) => connect(i % 2 ? first : second, 'Eve')));
    await Promise.all(OTHERS.map(online));

    await fleet.nodes[1]?.kill();
    const dan = await connect(first, 'Dan');
    const offline = () => shown('status:offline').length >= 2;
    await eventually('Bob and Cid are offline', offline, DEAD_WITHIN_MS);

    // The node that comes in its place is a new one; the old one publishes nothing any more.
    await fleet.nodes[1]?.start();
    const again = await connect(second, 'Bob');
    await eventually('Bob is online again', () => shown('status:online').length > OTHERS.length);
    expect(shown('status:offline').toSorted(byName)).toEqual(['Bob', 'Cid']);
    expect(shown('status:online').toSorted(byName)).toEqual(['Bob', 'Bob', 'Cid', 'Dan', 'Eve']);
    for (const client of [listener, dan, again, ...gone, ...tabs]) client.close();
  });
});
