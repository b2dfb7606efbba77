import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Message } from '@parley/protocol';
import type { ParleyNode } from '@parley/testkit';
import { ENGINES, type Store } from './engines.js';
import { Flood, type FloodedConversation, openConversations, repeat, restOf, type Sending } from './flood.js';

const ROUNDS = 2;
const ACKS_A_ROUND = 300;

describe.each(ENGINES)('kill -9 in the middle of sending, on $engine', ({ open }) => {
  let store: Store;
  let node: ParleyNode;

  beforeEach(async () => {
    store = await open();
    node = await store.startNode();
  });

  afterEach(async () => {
    await node.stop();
    await store.close();
  });

  async function histories(conversations: FloodedConversation[]): Promise<Message[]> {
    const all = await Promise.all(
      conversations.map(async (conversation) => (await restOf(node.url, conversation)).messages(conversation.id)),
    );
    for (const messages of all) expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, index) => index + 1));
    return all.flat();
  }

  it('G1: every acknowledged message is there after the restart, and G2: repeats make no second copy', async () => {
    const conversations = await openConversations(node.url, 3, 4);
    const sendings: Sending[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const flood = await Flood.start(node.url, conversations);
      await flood.until(ACKS_A_ROUND);
      await node.kill();
      await flood.stop();
      await node.stop();
      sendings.push(...flood.sendings);
      // Some were on their way: else the kill was not in the middle of anything.
      expect(flood.sendings.length).toBeGreaterThan(flood.acked.length);
      node = await store.startNode();
      const stored = new Map((await histories(conversations)).map((message) => [message.clientMessageId, message]));
      for (const { clientMessageId, content, conversationId, promise } of flood.acked) {
        expect(stored.get(clientMessageId)).toMatchObject({
          id: promise?.messageId,
          seq: promise?.seq,
          content,
          conversationId,
        });
      }
    }
    const again = await repeat(node.url, sendings);
    for (const [index, sending] of sendings.entries()) {
      const promise = again.at(index)?.promise;
      expect(promise).not.toBeNull();
      expect(promise).toMatchObject(sending.promise ? { ...sending.promise, duplicate: true } : {});
    }
    const ids = (await histories(conversations)).map(({ clientMessageId }) => clientMessageId);
    expect(ids.toSorted()).toEqual(sendings.map(({ clientMessageId }) => clientMessageId).toSorted());
  });
});
