import type { Topic } from '../bus/topic.js';
import type { ReceiptEvent, StreamEvent } from './stream-events.js';

/** What was committed together of one conversation. */
export interface Notification {
  events: readonly StreamEvent[];
  marks: readonly ReceiptEvent[];
  /** The version of the last event that was too large to travel; 0 where none was. */
  head: number;
}

/** A user became a member of a conversation that their node may know nothing of. */
export interface JoinNotification {
  conversationId: string;
  version: number;
}

const MOST_CHARACTERS = 256 * 1024;

/** What a node cannot read of these it leaves to the reconciliation. */
export const NOTIFICATION: Topic<Notification> = {
  name: 'notification',
  format: 1,
  channel: 'conversation',
  encode(notification) {
    const whole = JSON.stringify(notification);
    if (whole.length <= MOST_CHARACTERS) return whole;
    const head = notification.events.at(-1)?.version ?? 0;
    return JSON.stringify({ events: [], marks: [], head } satisfies Notification);
  },
  decode(value): Notification | null {
    const { events, marks, head } = (value ?? {}) as Partial<Notification>;
    if (!isNumber(head) || !Array.isArray(events) || !Array.isArray(marks)) return null;
    return events.every(isStreamEvent) && marks.every(isMark) ? { events, marks, head } : null;
  },
};

export const JOINED: Topic<JoinNotification> = {
  name: 'joined',
  format: 1,
  channel: 'user',
  decode(value): JoinNotification | null {
    const { conversationId, version } = (value ?? {}) as Partial<JoinNotification>;
    return isNumber(version) && typeof conversationId === 'string' ? { conversationId, version } : null;
  },
};

const isNumber = (value: unknown): value is number => Number.isSafeInteger(value);

function isStreamEvent(value: unknown): value is StreamEvent {
  const { version, name, payload, joined, left } = (value ?? {}) as Partial<Record<keyof StreamEvent, unknown>>;
  const fits = (part: unknown, type: string) => part === undefined || part === null || typeof part === type;
  return (
    isNumber(version) &&
    typeof name === 'string' &&
    fits(payload, 'object') &&
    (joined === undefined || (Array.isArray(joined) && joined.every((id) => typeof id === 'string'))) &&
    fits(left, 'string')
  );
}

function isMark(value: unknown): value is ReceiptEvent {
  const { receipts, userId } = (value ?? {}) as Partial<Record<keyof ReceiptEvent, unknown>>;
  return isNumber(receipts) && typeof userId === 'string';
}
