import type { Message } from '@parley/protocol';
import { useEffect, useState } from 'react';
import type { ConversationFacts } from './message-actions.js';
import { EDIT_WINDOW_MS, type MessageRights, NO_RIGHTS, rightsTo } from './message-rights.js';

/** What is offered at a message, null for one that is not stored yet. Changes when its time for edits ends. */
export function useRights(message: Message | null, facts: ConversationFacts): MessageRights {
  const [now, setNow] = useState(() => Date.now());
  const closesAt = message ? Date.parse(message.createdAt) + EDIT_WINDOW_MS : null;
  useEffect(() => {
    if (closesAt === null || closesAt <= Date.now()) return;
    const timer = setTimeout(() => setNow(closesAt), closesAt - Date.now());
    return () => clearTimeout(timer);
  }, [closesAt]);
  return message ? rightsTo(message, facts, now) : NO_RIGHTS;
}
