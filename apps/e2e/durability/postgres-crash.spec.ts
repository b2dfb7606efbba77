import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ParleyNode } from '@parley/testkit';
import { ENGINES, type Store } from './engines.js';
import { Flood, openConversations, restOf } from './flood.js';

describe('Postgres crashes in the middle of sending', () => {
  let store: Store;
  let node: ParleyNode;

  beforeEach(async () => {
    const [, postgres] = ENGINES;
    if (!postgres) throw new Error('Postgres is the second engine.');
    store = await postgres.open();
    node = await store.startNode();
  });

  afterEach(async () => {
    await node.stop();
    await store.close();
  });

  it('G1: sockets stay open, sends succeed again without a restart of the node, and nothing acked is lost', async () => {
    const conversations = await openConversations(node.url, 2, 4);
    const flood = await Flood.start(node.url, conversations);
    await flood.until(200);
    await store.cluster?.restart('immediate', 3000);
    await flood.until(flood.acked.length + 200);
    await flood.stop();
    const refusals = new Set(flood.sendings.flatMap((sending) => sending.refusals));
    expect([...refusals]).toEqual(['service_unavailable']);
    expect(flood.clients.map((client) => client.closings)).toEqual(flood.clients.map(() => []));
    flood.close();
    for (const conversation of conversations) {
      const messages = await (await restOf(node.url, conversation)).messages(conversation.id);
      const sent = flood.acked.filter(({ conversationId }) => conversationId === conversation.id);
      expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, index) => index + 1));
      expect(messages.map(({ clientMessageId, id }) => `${clientMessageId} ${id}`).toSorted()).toEqual(
        sent.map(({ clientMessageId, promise }) => `${clientMessageId} ${promise?.messageId}`).toSorted(),
      );
    }
  });
});
