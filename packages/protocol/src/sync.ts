import type { ConversationListItem, Member, Message, UserView } from './entities.js';

/** How a client that was away comes to the state that a fresh one would fetch. */

/** Where a client stands in one conversation. */
export interface SyncPosition {
  version: number;
  receipts: number;
}

export interface SyncBody {
  /** By conversation id; at most `LIMITS.syncConversations`. */
  conversations: Record<string, SyncPosition>;
  /** My membership version, as received last; without it all of my conversations are `added`. */
  cursor?: number;
  /** As received last; where it is not the server's, every conversation is answered with `reset`. */
  epoch?: string;
}

export interface Watermark {
  userId: string;
  lastReadSeq: number;
  lastDeliveredSeq: number;
  readAt: string | null;
  deliveredAt: string | null;
}

/** What changed in one conversation beyond the question's version: rows as they are now, in version order. */
export interface ConversationSync {
  conversation: ConversationListItem;
  /** New and changed ones, tombstones included. */
  messages: Message[];
  /** Departed ones included. */
  members: Member[];
  /** Beyond the question's `receipts`; only one's own in conversations of more than `LIMITS.receiptsMembers`. */
  watermarks: Watermark[];
  unreadCount: number;
  mentionCount: number;
  /** With `hasMore` that of the last row given, else the conversation's. */
  version: number;
  receipts: number;
  /** There is more: sync again, and hold this conversation's live events back until this is false. */
  hasMore: boolean;
  /** Drop what you had of this conversation: this is its newest state, not the difference. */
  reset: boolean;
}

/** A changed conversation that the answer had no room for: sync again from the same position. */
export interface ConversationSyncLater extends SyncPosition {
  hasMore: true;
}

export interface SyncAnswer {
  epoch: string;
  /** That of the last membership in `added` and `removed`, else mine. */
  cursor: number;
  added: ConversationListItem[];
  removed: string[];
  /** Only those that changed. */
  conversations: Record<string, ConversationSync | ConversationSyncLater>;
  /** Of memberships or of any conversation. */
  hasMore: boolean;
  users: UserView[];
}
