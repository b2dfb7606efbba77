import { isSmallConversation, type UnreadUpdatedEvent } from '@parley/protocol';
import type { ReceiptEvent } from '../../realtime/hub/stream-events.js';

/** Where a marker is, and when it came there, in milliseconds. */
interface Reached {
  messageId: string;
  seq: number;
  ms: number;
}

interface MovedMarkers {
  conversationId: string;
  userId: string;
  receipts: number;
  memberCount: number;
  /** Null where it did not move, or where no member gets it. */
  read: Reached | null;
  delivered: Reached | null;
  unread: Omit<UnreadUpdatedEvent, 'conversationId' | 'receipts'> | null;
}

/**
 * The event of a member's move for the others, live and when it is read later: in large conversations there is none.
 */
export function receiptEvent({ conversationId, userId, receipts, memberCount, ...moved }: MovedMarkers): ReceiptEvent {
  const base = { conversationId, receipts, userId };
  const isBroadcast = isSmallConversation(memberCount);
  const placeOf = ({ messageId, seq }: Reached) => ({ ...base, messageId, seq });
  const at = ({ ms }: Reached) => new Date(ms).toISOString();
  const read = isBroadcast ? moved.read : null;
  const delivered = isBroadcast ? moved.delivered : null;
  return {
    receipts,
    userId,
    read: read && { ...placeOf(read), readBy: userId, readAt: at(read) },
    delivered: delivered && { ...placeOf(delivered), deliveredTo: userId, deliveredAt: at(delivered) },
    unread: moved.unread && { conversationId, receipts, ...moved.unread },
  };
}
