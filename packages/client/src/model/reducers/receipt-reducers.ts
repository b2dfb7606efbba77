import type { Events } from '@parley/protocol';
import type { Conversation } from '../conversation.js';

type ReceiptName = 'message:read' | 'message:delivered' | 'unread:updated';

/** Marks only grow and have no place among the versions: they are taken as they come. */
export const receiptReducers: {
  readonly [Name in ReceiptName]: (conversation: Conversation, event: Events[Name]) => void;
} = {
  'message:read': (conversation, { userId, seq, receipts }) => {
    // My own takes effect by `unread:updated`, which has what is left.
    if (userId === conversation.me || conversation.members.hasDeparted(userId)) return;
    if (conversation.members.raise(userId, seq, seq)) conversation.touchMarks();
    pass(conversation, receipts);
  },

  'message:delivered': (conversation, { userId, seq, receipts }) => {
    if (conversation.members.hasDeparted(userId)) return;
    if (userId === conversation.me) conversation.unread.deliver(seq);
    if (conversation.members.raise(userId, 0, seq)) conversation.touchMarks();
    pass(conversation, receipts);
  },

  'unread:updated': (conversation, event) => {
    conversation.stateCounts(event, null);
    conversation.members.raise(conversation.me, event.lastReadSeq, event.lastReadSeq);
    conversation.touchMarks();
    pass(conversation, event.receipts);
  },
};

/**
 * A skipped number may be one that was never sent, or one that was lost; the two look alike. So the number stays where
 * all before it are known, and the next sync brings what was after it, some of it perhaps once more.
 */
function pass(conversation: Conversation, receipts: number): void {
  if (receipts !== conversation.receipts + 1) return;
  conversation.receipts = receipts;
  conversation.touch('item');
}
