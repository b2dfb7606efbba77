import { isUuid } from '../../kernel/ids.js';
import type { Topic } from '../../realtime/bus/topic.js';

/** Somebody began, goes on or has ended, at a connection of the node that publishes it. */
export interface TypingChange {
  conversationId: string;
  userId: string;
  /** For how long they count as typing; 0 where they have ended. */
  ms: number;
  isLarge: boolean;
  /** Of the conversation, as that node has delivered it. */
  version: number;
}

/** What a node gathered within a moment, of all conversations. */
export interface TypingChanges {
  /** Greater than that of the node's message before, so that a message which is repeated later is ignored. */
  number: number;
  changes: TypingChange[];
}

/** To all nodes, not by conversation: any of them answers over REST who is typing. */
export const TYPING: Topic<TypingChanges> = {
  name: 'typing',
  format: 1,
  channel: 'nodes',
  decode(value): TypingChanges | null {
    const { number, changes } = (value ?? {}) as Partial<TypingChanges>;
    if (!Number.isSafeInteger(number) || !Array.isArray(changes) || !changes.every(isChange)) return null;
    return { number: number as number, changes };
  },
};

function isChange(value: unknown): value is TypingChange {
  const { conversationId, userId, ms, isLarge, version } = (value ?? {}) as Partial<TypingChange>;
  const areNumbers = Number.isSafeInteger(ms) && Number.isSafeInteger(version);
  return isUuid(conversationId) && isUuid(userId) && areNumbers && typeof isLarge === 'boolean';
}
