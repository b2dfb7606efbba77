import type { Message } from '@parley/protocol';
import type { ConversationFacts } from './message-actions.js';

/** Which actions are offered. The server decides; this leaves out those that it would refuse. */
export interface MessageRights {
  edit: boolean;
  remove: boolean;
  react: boolean;
  reply: boolean;
}

export const NO_RIGHTS: MessageRights = { edit: false, remove: false, react: false, reply: false };

type Rated = Pick<Message, 'senderId' | 'type' | 'isDeleted' | 'createdAt'>;

/** `now`: the server's time. */
export function rightsTo(message: Rated, facts: ConversationFacts, now: number): MessageRights {
  const open = !facts.isGone && !facts.isArchived;
  if (!open || message.isDeleted || message.type === 'system') return NO_RIGHTS;
  const mine = message.senderId === facts.me;
  return {
    edit:
      mine &&
      message.type === 'text' &&
      facts.editWindowMs > 0 &&
      now - Date.parse(message.createdAt) < facts.editWindowMs,
    remove: mine || (facts.type === 'group' && facts.myRole !== 'member'),
    react: true,
    reply: true,
  };
}

/** My newest message, if it can still be edited: ArrowUp in the empty composer opens its editor. */
export function lastEditable(messages: readonly Message[], facts: ConversationFacts, now: number): Message | null {
  const last = messages.findLast((message) => {
    return message.senderId === facts.me && message.type === 'text' && !message.isDeleted;
  });
  return last && rightsTo(last, facts, now).edit ? last : null;
}
