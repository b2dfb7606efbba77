import { type CommandName, type EventName, frameType } from '@parley/protocol';
import { isUuid } from '../../../kernel/ids.js';

export const MESSAGES = '/user/queue/messages';
export const ACKS = '/user/queue/acks';
export const ERRORS = '/user/queue/errors';

const QUEUES: readonly string[] = [MESSAGES, ACKS, ERRORS];
const TOPIC = '/topic/conversation/';

export const topicOf = (conversationId: string): string => `${TOPIC}${conversationId}`;

/** The conversation whose topic it is; null: it is none. */
export function conversationOf(destination: string): string | null {
  const id = destination.startsWith(TOPIC) ? destination.slice(TOPIC.length) : null;
  return isUuid(id) ? id.toLowerCase() : null;
}

/** Whether it is one of the caller's own queues; those of others have no name here. */
export const isQueue = (destination: string): boolean => QUEUES.includes(destination);

/** Where a command is sent: as a Spring application would name it, where one of the sources does, and as on `/ws`. */
const COMMANDS: Readonly<Record<CommandName, readonly string[]>> = {
  'message:send': ['/app/chat.send', '/app/message.send'],
  'message:edit': ['/app/message.edit'],
  'message:delete': ['/app/message.delete'],
  'message:read': ['/app/chat.read', '/app/message.read'],
  'message:delivered': ['/app/message.delivered'],
  'reaction:add': ['/app/reaction.add'],
  'reaction:remove': ['/app/reaction.remove'],
  'typing:start': ['/app/typing.start'],
  'typing:stop': ['/app/typing.stop'],
  'conversation:join': ['/app/conversation.join'],
  'conversation:leave': ['/app/conversation.leave'],
  'conversation:open': ['/app/conversation.open'],
  'presence:subscribe': ['/app/presence.subscribe'],
  'presence:idle': ['/app/presence.idle'],
  sync: ['/app/sync'],
  'auth:refresh': ['/app/auth.refresh'],
};

const COMMAND_AT: ReadonlyMap<string, CommandName> = new Map(
  Object.entries(COMMANDS).flatMap(([name, places]) => places.map((place) => [place, name as CommandName])),
);

/** Takes two commands, whose payloads are the same: the header `event` says which. Without it somebody is typing. */
const TYPING = '/app/chat.typing';
const TYPING_EVENTS: readonly CommandName[] = ['typing:start', 'typing:stop'];

/** The command that a SEND to this destination is; null for an unknown one. */
export function commandAt(destination: string, event = frameType('typing:start')): CommandName | null {
  if (destination !== TYPING) return COMMAND_AT.get(destination) ?? null;
  return TYPING_EVENTS.find((name) => name === event || frameType(name) === event) ?? null;
}

/** Events of a user that name a conversation, which is not all that its topic has. */
const OF_THE_USER: readonly EventName[] = ['message:sent', 'unread:updated', 'conversation:created', 'report:updated'];

/** The conversation whose topic an event belongs to; null where it is for the user. */
export function topicFor(event: { name: EventName; conversationId: string | null }): string | null {
  return OF_THE_USER.includes(event.name) ? null : event.conversationId;
}
