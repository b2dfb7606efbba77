import { type CommandName, commandOf, type EventName, frameType } from '@parley/protocol';
import { isUuid } from '../kernel/ids.js';

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

const APPLICATION = '/app/';
/** Beside those by the name of a command, as on `/ws`: as a Spring application would name them. */
const ALIASES: ReadonlyMap<string, CommandName> = new Map([
  ['/app/chat.send', 'message:send'],
  ['/app/chat.read', 'message:read'],
]);
/** Takes two commands, whose payloads are the same: the header `event` says which. Without it somebody is typing. */
const TYPING = '/app/chat.typing';
const TYPING_COMMANDS: readonly CommandName[] = ['typing:start', 'typing:stop'];

/** What a SEND to this destination is, whether there is such a command or not; null where nothing can be sent to. */
export function commandAt(destination: string, event = frameType('typing:start')): string | null {
  if (destination === TYPING) return TYPING_COMMANDS.find((name) => name === event || frameType(name) === event) ?? '';
  const alias = ALIASES.get(destination);
  if (alias || !destination.startsWith(APPLICATION)) return alias ?? null;
  return commandOf(destination.slice(APPLICATION.length));
}

/** All destinations that a command may be sent to. */
export const destinationsOf = (name: CommandName): string[] => [
  `${APPLICATION}${frameType(name)}`,
  ...[...ALIASES].flatMap(([destination, command]) => (command === name ? [destination] : [])),
  ...(TYPING_COMMANDS.includes(name) ? [TYPING] : []),
];

/** Events of a user that name a conversation, which is not all that its topic has. */
const OF_THE_USER: readonly EventName[] = ['message:sent', 'unread:updated', 'conversation:created', 'report:updated'];

/** The conversation whose topic an event belongs to; null where it is for the user. */
export function topicFor(event: { name: EventName; conversationId: string | null }): string | null {
  return OF_THE_USER.includes(event.name) ? null : event.conversationId;
}
