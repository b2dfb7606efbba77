import type { Conversation } from '../conversation.js';
import type { DurableEvent, DurableName } from '../held-events.js';
import type { CursorMove } from '../snapshots.js';
import { conversationReducers } from './conversation-reducers.js';
import { memberReducers } from './member-reducers.js';
import { messageReducers } from './message-reducers.js';
import type { Reducer, Reducers } from './reducer.js';

/** Every event with a place in its conversation's order. A feature adds its reducers here. */
const REDUCERS: Reducers<DurableName> = { ...messageReducers, ...memberReducers, ...conversationReducers };

export type Advance = (move: CursorMove) => void;

export const isDurable = (name: string): name is DurableName => Object.hasOwn(REDUCERS, name);

/**
 * Applies an event if it is the next one. One that was passed is dropped; one that comes before its turn, or while a
 * sync has more, is kept back.
 */
export function receive(conversation: Conversation, event: DurableEvent, advance: Advance): void {
  const { version } = event.payload;
  if (version <= conversation.cursor) return;
  if (conversation.isSyncing || version !== conversation.cursor + 1) return conversation.hold(event);
  apply(conversation, event, advance);
}

/** Applies the events that were kept back as far as they go without a hole. */
export function applyHeld(conversation: Conversation, advance: Advance): void {
  if (conversation.held.isEmpty || conversation.isSyncing) return;
  let next = conversation.held.take(conversation.cursor + 1);
  while (next && conversation.leftAt === null) {
    apply(conversation, next, advance);
    next = conversation.held.take(conversation.cursor + 1);
  }
}

function apply(conversation: Conversation, event: DurableEvent, advance: Advance): void {
  const { version } = event.payload;
  const reduce = REDUCERS[event.name] as Reducer<DurableName>;
  reduce(conversation, event.payload as never);
  conversation.cursor = version;
  conversation.touch('item');
  advance({ conversationId: conversation.id, from: version - 1, to: version, by: 'event' });
}
