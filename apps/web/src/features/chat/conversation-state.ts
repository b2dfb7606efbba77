import type { ConversationListItem, Events, Member, Message } from '@parley/protocol';

/** One conversation as this tab knows it. Replaced, never changed. */
export interface ConversationState {
  /** `item.version` is the cursor: the last durable event that was applied. */
  item: ConversationListItem;
  /** By user id, departed ones too; null until the detail was fetched. */
  members: Record<string, Member> | null;
  timeline: Timeline;
  /** My messages without an acknowledgement, in the order of sending. */
  outbox: OutboxEntry[];
  /** Seqs that the unread count holds beyond what the server last told. */
  counted: number[];
  /** Up to this seq the unread count is right: an arrival at or below it is not counted. */
  countedTo: number;
  /** Events kept back while the conversation is fetched anew; null otherwise. */
  held: DurableEvent[] | null;
  /** Set when I am not a member any more. */
  gone: 'left' | 'removed' | null;
}

/** A run of messages without a hole that ends at the newest one. */
export interface Timeline {
  status: 'empty' | 'loading' | 'ready' | 'failed';
  /** Ascending by seq. */
  items: Message[];
  /** Goes back as `before`; null at the start of the history. */
  olderCursor: string | null;
  older: 'idle' | 'loading' | 'failed';
}

export interface OutboxEntry {
  clientMessageId: string;
  content: string;
  /** This machine's clock: only to show a time until the server's is known. */
  createdAt: string;
  state: 'pending' | 'failed';
  /** Why it failed, as a sentence. */
  reason: string | null;
}

type DurableName =
  | 'message:new'
  | 'conversation:updated'
  | 'conversation:archived'
  | 'member:added'
  | 'member:updated'
  | 'member:removed';

export type DurableEvent = { [Name in DurableName]: { name: Name; payload: Events[Name] } }[DurableName];

const NO_TIMELINE: Timeline = { status: 'empty', items: [], olderCursor: null, older: 'idle' };

export function newConversation(item: ConversationListItem): ConversationState {
  return {
    item,
    members: null,
    timeline: NO_TIMELINE,
    outbox: [],
    counted: [],
    countedTo: item.lastSeq,
    held: null,
    gone: null,
  };
}

/** The state after the item was fetched anew: its counts and cursor hold, my outbox and the rows stay. */
export function withItem(state: ConversationState | undefined, item: ConversationListItem): ConversationState {
  if (!state) return newConversation(item);
  if (state.item.version > item.version) return state;
  const { timeline } = state;
  // Rows were missed: the timeline has to be completed before it takes live ones again.
  const misses = timeline.status === 'ready' && (timeline.items.at(-1)?.seq ?? 0) < item.lastSeq;
  return {
    ...state,
    item,
    timeline: misses ? { ...timeline, status: 'empty' } : timeline,
    counted: [],
    countedTo: item.lastSeq,
    gone: null,
  };
}
