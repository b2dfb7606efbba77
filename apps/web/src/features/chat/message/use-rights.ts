import type { Message } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { useEffect, useState } from 'react';
import type { ConversationFacts } from './message-actions.js';
import { type MessageRights, NO_RIGHTS, rightsTo } from './message-rights.js';

/** Longer delays overflow `setTimeout`. */
const LONGEST_MS = 86_400_000;

/** The rights to a message, none to one that is not stored. Updated when the time for edits ends. */
export function useRights(message: Message | null, facts: ConversationFacts): MessageRights {
  const client = useChatClient();
  const [looks, setLooks] = useState(0);
  const mine = message !== null && message.senderId === facts.me;
  // The first moment at which it is too late.
  const closesAt = mine ? Date.parse(message.createdAt) + facts.editWindowMs + 1 : null;
  useEffect(() => {
    const left = closesAt === null ? 0 : closesAt - client.serverNow();
    if (left <= 0) return;
    const timer = setTimeout(() => setLooks(looks + 1), Math.min(left, LONGEST_MS));
    return () => clearTimeout(timer);
  }, [client, closesAt, looks]);
  return message ? rightsTo(message, facts, client.serverNow()) : NO_RIGHTS;
}
