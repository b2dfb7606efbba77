import { isInEditWindow, type Message, may, verbFor } from '@parley/protocol';
import type { ConversationFacts } from './message-actions.js';

/** Which actions are offered. The server decides; this leaves out those that it would refuse. */
export interface MessageRights {
  edit: boolean;
  remove: boolean;
  react: boolean;
  reply: boolean;
  report: boolean;
}

export const NO_RIGHTS: MessageRights = {
  edit: false,
  remove: false,
  react: false,
  reply: false,
  report: false,
};

type Rated = Pick<Message, 'senderId' | 'type' | 'isDeleted' | 'createdAt'>;

/** `now`: the server's time. */
export function rightsTo(message: Rated, facts: ConversationFacts, now: number): MessageRights {
  const edit = verbFor('edit', message, facts.me);
  const remove = verbFor('delete', message, facts.me);
  if (facts.isGone || message.isDeleted || !edit || !remove) return NO_RIGHTS;
  const isInTime = isInEditWindow(now - Date.parse(message.createdAt), facts.editWindowMs);
  return {
    edit: message.type === 'text' && isInTime && !facts.isSilenced && may(edit, facts),
    remove: may(remove, facts),
    react: may('react', facts),
    reply: canWrite(facts),
    report: message.senderId !== facts.me && may('report', facts),
  };
}

/** Whether a new message would be taken. */
export function canWrite(facts: ConversationFacts): boolean {
  return !facts.isGone && !facts.isSilenced && may('send', facts);
}

/** My newest message, if it can still be edited: ArrowUp in the empty composer opens its editor. */
export function lastEditable(messages: readonly Message[], facts: ConversationFacts, now: number): Message | null {
  const last = messages.findLast((message) => {
    return message.senderId === facts.me && message.type === 'text' && !message.isDeleted;
  });
  return last && rightsTo(last, facts, now).edit ? last : null;
}
