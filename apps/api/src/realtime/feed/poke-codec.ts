import type { FeedEvent, MarkEvent } from './feed-events.js';

/** What is said about one conversation on the bus. Where the events would be too large, only how far they go. */
export interface PokeFrame {
  events: readonly FeedEvent[];
  marks: readonly MarkEvent[];
  /** The version of the last event that was left out; 0 where none was. */
  head: number;
}

export interface JoinedFrame {
  conversationId: string;
  version: number;
}

/** Nodes of different releases may run side by side: what another one cannot read it leaves to the sweep. */
const FORMAT = '1';
const MOST_CHARACTERS = 256 * 1024;

export function encodePoke(events: readonly FeedEvent[], marks: readonly MarkEvent[]): string {
  const whole = JSON.stringify({ events, marks, head: 0 } satisfies PokeFrame);
  if (whole.length <= MOST_CHARACTERS) return FORMAT + whole;
  const head = events.at(-1)?.version ?? 0;
  return FORMAT + JSON.stringify({ events: [], marks: [], head } satisfies PokeFrame);
}

export function encodeJoined(joined: JoinedFrame): string {
  return FORMAT + JSON.stringify(joined);
}

/** Null for whatever is not of this format. */
export function decodePoke(payload: Buffer): PokeFrame | null {
  const frame = decode(payload) as Partial<PokeFrame> | null;
  if (!frame || !isNumber(frame.head) || !Array.isArray(frame.events) || !Array.isArray(frame.marks)) return null;
  const isSound = frame.events.every(isFeedEvent) && frame.marks.every(isMark);
  return isSound ? (frame as PokeFrame) : null;
}

export function decodeJoined(payload: Buffer): JoinedFrame | null {
  const frame = decode(payload) as Partial<JoinedFrame> | null;
  return frame && isNumber(frame.version) && typeof frame.conversationId === 'string' ? (frame as JoinedFrame) : null;
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

function isFeedEvent(value: unknown): value is FeedEvent {
  const { version, name, payload, joined, left } = (value ?? {}) as Partial<Record<keyof FeedEvent, unknown>>;
  const fits = (part: unknown, type: string) => part === undefined || part === null || typeof part === type;
  return (
    isNumber(version) &&
    typeof name === 'string' &&
    fits(payload, 'object') &&
    (joined === undefined || (Array.isArray(joined) && joined.every((id) => typeof id === 'string'))) &&
    fits(left, 'string')
  );
}

function isMark(value: unknown): value is MarkEvent {
  const { receipts, userId } = (value ?? {}) as Partial<Record<keyof MarkEvent, unknown>>;
  return isNumber(receipts) && typeof userId === 'string';
}
