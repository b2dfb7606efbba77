import type { ConversationListItem, Member, Message, ReplyPreview } from '@parley/protocol';
import type { OutboxEntry } from '../outbox/outbox-entry.js';
import type { Failure, SdkError } from '../sdk-error.js';
import type { Subscribable } from '../subscribable.js';
import type { OwnChange } from './own-changes.js';

/** What readers of the store see. Every object stays the same until something in it changed; none is ever altered. */

/** A conversation as the list shows it, kept live, with what is known of its members. */
export interface ConversationView extends ConversationListItem {
  /** Those present that are known, by the time they joined; their watermarks are kept live. */
  readonly members: readonly Member[];
  /** Whether these are all of them. */
  readonly membersComplete: boolean;
}

export interface ConversationsSnapshot {
  /** By `updatedAt` descending, then `id` descending; archived ones included. */
  readonly items: readonly ConversationView[];
  /** False until all of them were received once. */
  readonly isLoaded: boolean;
}

export interface StoredItem {
  readonly kind: 'stored';
  /** Stays the same when a pending message becomes a stored one: `clientMessageId` of one's own, `id` of others'. */
  readonly key: string;
  /** With `status` and `reactedByMe` as of now, and with what I change before the server has it. */
  readonly message: Message;
  /** What of my changes the server has not taken: on its way, and then shown in `message`, or refused. */
  readonly own: OwnChange;
}

export interface PendingItem {
  readonly kind: 'pending';
  /** `clientMessageId`. */
  readonly key: string;
  readonly entry: OutboxEntry;
  /**
   * Why it is not sent; null while it is on its way. `retryable`: the same may succeed when it is resent. Otherwise the
   * refusal is final: it can be discarded, and its text be sent as another message.
   */
  readonly failure: Failure | null;
  /** What it replies to, where that is in the store, with its present text; '' once that is deleted. */
  readonly quoted: ReplyPreview | null;
}

export type MessageItem = StoredItem | PendingItem;

export type PageLoading = 'older' | 'newer' | 'window';

export interface MessagesSnapshot {
  /** Ascending, without a hole; pending ones last, and only where `hasNewer` is false. */
  readonly items: readonly MessageItem[];
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
  readonly loading: PageLoading | null;
  /** Why the last page did not come; null once one is requested again. */
  readonly error: SdkError | null;
  /** Whether there was a first page. False also after a conversation was left and entered again. */
  readonly isLoaded: boolean;
}

/** The messages of one conversation, of which a window is shown. */
export interface MessageList extends Subscribable<MessagesSnapshot> {
  loadOlder(): Promise<void>;
  loadNewer(): Promise<void>;
  /** A seq, a message id or an ISO time. */
  jumpTo(place: number | string): Promise<void>;
  toLatest(): Promise<void>;
}

/** Sums over all conversations. */
export interface UnreadSnapshot {
  readonly total: number;
  readonly mentions: number;
}

/**
 * A move of one conversation's cursor. `event`: `to` is `from` + 1. `start`: it was not in the store before, `from` is
 * 0.
 */
export interface CursorMove {
  readonly conversationId: string;
  readonly from: number;
  readonly to: number;
  readonly by: 'start' | 'event' | 'sync' | 'reset';
}
