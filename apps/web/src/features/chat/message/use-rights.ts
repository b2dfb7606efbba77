import type { Message } from '@parley/protocol';
import { useServerNow } from '../../../hooks/use-server-now.js';
import type { ConversationFacts } from './message-actions.js';
import { type MessageRights, NO_RIGHTS, rightsTo } from './message-rights.js';

/** The rights to a message, none to one that is not stored. Updated when the time for edits ends. */
export function useRights(message: Message | null, facts: ConversationFacts): MessageRights {
  const mine = message !== null && message.senderId === facts.me;
  // The first moment at which it is too late.
  const now = useServerNow(mine ? Date.parse(message.createdAt) + facts.editWindowMs + 1 : null);
  return message ? rightsTo(message, facts, now) : NO_RIGHTS;
}
