import type { Events } from '@parley/protocol';
import type { Conversation } from '../conversation.js';
import type { DurableName } from '../held-events.js';

/** What an event does to its conversation, when it is its turn: everything before it is in, and nothing after it. */
export type Reducer<Name extends DurableName> = (conversation: Conversation, event: Events[Name]) => void;

export type Reducers<Name extends DurableName> = { readonly [Each in Name]: Reducer<Each> };
