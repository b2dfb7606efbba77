import type { EventName, Events, Message } from '@parley/protocol';
import type { MessageFacts } from '../history/history-event.js';
import { hashOf } from '../history/recorder.js';
import type { Heard } from './journal.js';

type Reader<Name extends EventName> = (payload: Events[Name]) => Heard;

/** How each event that has a version is recorded in the history. */
const READERS: { [Name in EventName]?: Reader<Name> } = {
  'message:new': (event) => ofMessage('message:new', event),
  'message:edited': (event) => ofMessage('message:edited', event),
  'message:deleted': (event) => ofMessage('message:deleted', event),
  'reaction:updated': ({ conversationId, version }) => of('reaction:updated', conversationId, version),
  'conversation:created': ({ conversation, version }) => of('conversation:created', conversation.id, version),
  'conversation:updated': ({ conversationId, version }) => of('conversation:updated', conversationId, version),
  'conversation:archived': ({ conversationId, version }) => of('conversation:archived', conversationId, version),
  'member:added': ({ conversationId, version, members }) => ({
    ...of('member:added', conversationId, version),
    users: members.map(({ user }) => user.id),
  }),
  'member:updated': ({ conversationId, version, members }) => ({
    ...of('member:updated', conversationId, version),
    users: members.map(({ user }) => user.id),
  }),
  'member:removed': ({ conversationId, version, userId }) => ({
    ...of('member:removed', conversationId, version),
    users: [userId],
  }),
};

/** Null for what has no version. */
export function durable(name: EventName, payload: Events[EventName]): Heard | null {
  // A name and its payload belong together, which the types of two values cannot express.
  return READERS[name]?.(payload as never) ?? null;
}

export function factsOf(message: Message): MessageFacts {
  const { seq, id, senderId, clientMessageId, content, version, type } = message;
  const facts = { seq, id, sender: senderId, clientMessageId, hash: hashOf(content), version };
  return type === 'system' ? { ...facts, isSystem: true } : facts;
}

function of(kind: EventName, conversation: string, version: number): Heard {
  return { kind, conversation, version };
}

function ofMessage(kind: EventName, event: { conversationId: string; version: number; message: Message }): Heard {
  return { ...of(kind, event.conversationId, event.version), message: factsOf(event.message) };
}
