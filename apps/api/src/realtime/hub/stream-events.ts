import type { Events, MessageDeliveredEvent, MessageReadEvent, UnreadUpdatedEvent } from '@parley/protocol';

/** Events that take a version. `conversation:created` stands for the first one, which only its members' users get. */
type DurableName =
  | 'message:new'
  | 'message:edited'
  | 'message:deleted'
  | 'reaction:updated'
  | 'conversation:created'
  | 'conversation:updated'
  | 'conversation:archived'
  | 'member:added'
  | 'member:updated'
  | 'member:removed';

/** What stays in this process: JSON has no symbols. */
export const SENT_AT: unique symbol = Symbol('sent at');
export const TRACE: unique symbol = Symbol('trace');

/** One durable change as the stream carries it, between nodes too: plain data. */
export interface StreamEvent {
  version: number;
  name: DurableName;
  /** What the conversation's sockets get; null where it is only for the people in `joined`. */
  payload: Events[DurableName] | null;
  /** Who became a member with this change: they get `conversation:created` and their sockets join. */
  joined?: readonly string[];
  /** Who stopped being one: their sockets get this event last, then leave. */
  left?: string;
  /** Of a message that was sent through this node: when, by `performance.now()`. */
  [SENT_AT]?: number;
  /** Of a message whose way is noted: the span that published it, on whatever node (`TRACE_PARENT`). */
  [TRACE]?: string;
}

/** One moved watermark. Not ordered against versions; numbered by `receipts`, which may skip. */
export interface ReceiptEvent {
  receipts: number;
  userId: string;
  /** To the conversation; null where it has too many members for that. */
  read: MessageReadEvent | null;
  delivered: MessageDeliveredEvent | null;
  /** To the reader's own sockets. */
  unread: UnreadUpdatedEvent | null;
}

export interface Heads {
  version: number;
  receipts: number;
  /** Of the versions up to this one some may be nowhere any more. */
  trimmed: number;
}

/** A member's row as connecting reads it. */
interface Membership {
  conversationId: string;
  /** The conversation's version at the row's latest change. */
  version: number;
}

export interface Memberships {
  /** The user's membership version. */
  cursor: number;
  present: Membership[];
}

/** The versions of a conversation with `after` < version ≤ `upTo`. */
export interface VersionRange {
  conversationId: string;
  after: number;
  upTo: number;
}

export const MARKS_AT_ONCE = 1_000;
