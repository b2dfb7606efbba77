import type { Message, UnreadUpdatedEvent } from '@parley/protocol';
import type { ConversationState } from './conversation-state.js';

/**
 * The unread count between two words of the server: one more for each arrival beyond what it already counted that is
 * neither mine nor a system message; none after my own send.
 */
export function countArrival(state: ConversationState, message: Message, me: string): ConversationState {
  if (message.seq <= state.countedTo) return state;
  const next = { ...state, countedTo: message.seq };
  if (message.type === 'system') return next;
  if (message.senderId === me) return readUpTo(next, message.seq);
  if (message.seq <= state.item.lastReadSeq) return next;
  const mentioned = message.mentions.includes(me) ? 1 : 0;
  return {
    ...next,
    counted: [...state.counted, message.seq],
    item: {
      ...state.item,
      unreadCount: state.item.unreadCount + 1,
      mentionCount: state.item.mentionCount + mentioned,
    },
  };
}

/** Everything up to my own message is read. */
function readUpTo(state: ConversationState, seq: number): ConversationState {
  const { item } = state;
  return {
    ...state,
    counted: [],
    item: {
      ...item,
      unreadCount: 0,
      mentionCount: 0,
      lastReadSeq: Math.max(item.lastReadSeq, seq),
      lastDeliveredSeq: Math.max(item.lastDeliveredSeq, seq),
    },
  };
}

/** The server's word: as of its `lastSeq`, to which what arrived since is added. A lower read mark is old news. */
export function withUnread(
  state: ConversationState,
  word: Omit<UnreadUpdatedEvent, 'conversationId' | 'receipts'>,
): ConversationState {
  if (word.lastReadSeq < state.item.lastReadSeq) return state;
  const counted = state.counted.filter((seq) => seq > word.lastSeq);
  return {
    ...state,
    counted,
    countedTo: Math.max(state.countedTo, word.lastSeq),
    item: {
      ...state.item,
      unreadCount: word.unreadCount + counted.length,
      mentionCount: word.mentionCount,
      lastReadSeq: word.lastReadSeq,
      lastDeliveredSeq: Math.max(state.item.lastDeliveredSeq, word.lastReadSeq),
    },
  };
}

/** What a badge says; null where there is none. */
export function badgeText(count: number): string | null {
  if (count <= 0) return null;
  return count > 99 ? '99+' : String(count);
}
