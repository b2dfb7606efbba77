import { TRACE_PARENT } from '../../platform/telemetry/send-traces.js';
import type { Topic } from '../bus/topic.js';
import { type ReceiptEvent, type StreamEvent, TRACE } from './stream-events.js';

/** What was committed together of one conversation. */
export interface Notification {
  events: readonly StreamEvent[];
  marks: readonly ReceiptEvent[];
  /** The version of the last event that was too large to travel; 0 where none was. */
  head: number;
}

/** As it travels: symbols do not. Of each event that is traced, by its version, the span that published it. */
type Travelling = Notification & { traces?: Record<number, string> };

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
    const whole = JSON.stringify(withTraces(notification));
    if (whole.length <= MOST_CHARACTERS) return whole;
    const head = notification.events.at(-1)?.version ?? 0;
    return JSON.stringify({ events: [], marks: [], head } satisfies Notification);
  },
  decode(value): Notification | null {
    const { events, marks, head, traces } = (value ?? {}) as Partial<Travelling>;
    if (!isNumber(head) || !Array.isArray(events) || !Array.isArray(marks)) return null;
    if (!events.every(isStreamEvent) || !marks.every(isMark)) return null;
    if (traces !== undefined) takeTraces(events, traces);
    return { events, marks, head };
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

function withTraces(notification: Notification): Travelling {
  const { events } = notification;
  if (!events.some((event) => event[TRACE])) return notification;
  const traces = events.flatMap(({ version, [TRACE]: trace }) => (trace ? [[version, trace] as const] : []));
  return { ...notification, traces: Object.fromEntries(traces) };
}

/** What is none is left out: the events are right without. */
function takeTraces(events: readonly StreamEvent[], traces: Travelling['traces'] | null): void {
  for (const event of events) {
    const trace: unknown = traces?.[event.version];
    if (typeof trace === 'string' && TRACE_PARENT.test(trace)) event[TRACE] = trace;
  }
}

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
