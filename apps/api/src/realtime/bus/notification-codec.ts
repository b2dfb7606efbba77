import type { ReceiptEvent, StreamEvent } from '../hub/stream-events.js';

/** What is said about one conversation on the bus. Where the events would be too large, only how far they go. */
export interface NotificationFrame {
  events: readonly StreamEvent[];
  marks: readonly ReceiptEvent[];
  /** The version of the last event that was left out; 0 where none was. */
  head: number;
}

export interface JoinFrame {
  conversationId: string;
  version: number;
}

/** Nodes of different releases may run side by side: what another one cannot read it leaves to the reconciliation. */
const FORMAT = '1';
const MOST_CHARACTERS = 256 * 1024;

export function encodeNotification(events: readonly StreamEvent[], marks: readonly ReceiptEvent[]): string {
  const whole = JSON.stringify({ events, marks, head: 0 } satisfies NotificationFrame);
  if (whole.length <= MOST_CHARACTERS) return FORMAT + whole;
  const head = events.at(-1)?.version ?? 0;
  return FORMAT + JSON.stringify({ events: [], marks: [], head } satisfies NotificationFrame);
}

export function encodeJoin(joined: JoinFrame): string {
  return FORMAT + JSON.stringify(joined);
}

/** Null for whatever is not of this format. */
export function decodeNotification(payload: Buffer): NotificationFrame | null {
  const frame = decode(payload) as Partial<NotificationFrame> | null;
  if (!frame || !isNumber(frame.head) || !Array.isArray(frame.events) || !Array.isArray(frame.marks)) return null;
  const isSound = frame.events.every(isStreamEvent) && frame.marks.every(isMark);
  return isSound ? (frame as NotificationFrame) : null;
}

export function decodeJoin(payload: Buffer): JoinFrame | null {
  const frame = decode(payload) as Partial<JoinFrame> | null;
  return frame && isNumber(frame.version) && typeof frame.conversationId === 'string' ? (frame as JoinFrame) : null;
}

function decode(payload: Buffer): object | null {
  if (payload.toString('latin1', 0, FORMAT.length) !== FORMAT) return null;
  try {
    const frame: unknown = JSON.parse(payload.toString('utf8', FORMAT.length));
    return typeof frame === 'object' ? frame : null;
  } catch {
    return null;
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
