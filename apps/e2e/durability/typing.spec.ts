import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, Fleet, hostToken, RestClient, ScriptedClient } from '@parley/testkit';

const ANN = { externalId: 'ann', name: 'Ann' };
const BOB = { externalId: 'bob', name: 'Bob' };

describe('a node is killed while somebody types there', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await Fleet.start({ nodes: 2 });
  });
  afterAll(() => fleet.stop());

  it('S4.35 F1: the node that is left says by itself that nobody does', async () => {
    const [first, second] = fleet.urls as [string, string];
    const ann = new RestClient(first, await hostToken(ANN, undefined, { provision: true }));
    const { id } = await ann.createConversation({ type: 'group', name: 'Both', memberIds: [BOB] });
    const listener = await ScriptedClient.connect(first, await hostToken(ANN));
    const typist = await ScriptedClient.connect(second, await hostToken(BOB));
    const start = () => typist.command('typing:start', { conversationId: id });
    await start();
    await listener.waitFor('typing:update', ({ count }) => count === 1);
    await start();
    await fleet.nodes[1]?.kill();
    const latest = () => listener.named('typing:update').at(-1)?.payload;
    await eventually('nobody types', () => latest()?.count === 0);
    expect(latest()).toEqual({ conversationId: id, userIds: [], count: 0 });
    for (const client of [listener, typist]) client.close();
  });
});
