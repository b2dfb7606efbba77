import type { Message } from '@parley/protocol';
import type { OutboxEntry, Timeline } from './conversation-state.js';
import { dayLabel, dayOf } from './dates.js';
import { type Reach, type Receipt, receiptOf } from './receipts.js';

/** One line of the list. Dividers belong to the row below them, so that the list holds nothing but messages. */
export interface Row {
  /** The same before and after the acknowledgement, so that the row stays in place. */
  key: string;
  message: Message | null;
  entry: OutboxEntry | null;
  senderId: string;
  createdAt: string;
  /** Name and avatar are shown: the row does not continue the one above. */
  head: boolean;
  /** A new day begins with this row. */
  day: string | null;
  /** The "new messages" line stands above this row. */
  fresh: boolean;
  /** The start of the history stands above this row. */
  start: boolean;
  /** Of my own messages only. */
  receipt: Receipt | null;
}

export interface RowContext {
  me: string;
  reach: Reach | null;
  /** The first message after the "new messages" line; null without one. */
  newFrom: number | null;
  now: Date;
}

/** Rows of one sender within this time stand together. */
const GROUP_MS = 5 * 60_000;

/**
 * The rows of a conversation. The oldest held message is kept back while there are older ones: whether it begins a
 * day or a group is not known before its predecessor, and a row that changes its height would shift what is read.
 */
export function rowsOf(timeline: Timeline, outbox: readonly OutboxEntry[], context: RowContext): Row[] {
  const complete = timeline.olderCursor === null;
  const rows: Row[] = [];
  let above: Above | null = null;
  timeline.items.forEach((message, index) => {
    const before = above;
    above = { senderId: message.senderId, at: new Date(message.createdAt), system: message.type === 'system' };
    if (index === 0 && !complete) return;
    rows.push(messageRow(message, before, context));
  });
  for (const entry of outbox) {
    rows.push(entryRow(entry, above, context));
    above = { senderId: context.me, at: new Date(entry.createdAt), system: false };
  }
  const first = rows[0];
  if (first && complete) rows[0] = { ...first, start: true };
  return rows;
}

interface Above {
  senderId: string;
  at: Date;
  system: boolean;
}

function messageRow(message: Message, above: Above | null, context: RowContext): Row {
  const at = new Date(message.createdAt);
  const system = message.type === 'system';
  const mine = message.senderId === context.me && !system;
  return {
    key: rowKey(message.senderId, message.clientMessageId),
    message,
    entry: null,
    senderId: message.senderId,
    createdAt: message.createdAt,
    ...opening({ senderId: message.senderId, at, system }, above, context.now),
    fresh: message.seq === context.newFrom,
    start: false,
    receipt: mine ? receiptOf(message.seq, message.status, context.reach) : null,
  };
}

function entryRow(entry: OutboxEntry, above: Above | null, context: RowContext): Row {
  // My clock may run behind the server's: a message that is not sent yet is never older than the last one.
  const at = new Date(Math.max(Date.parse(entry.createdAt), above?.at.getTime() ?? 0));
  return {
    key: rowKey(context.me, entry.clientMessageId),
    message: null,
    entry,
    senderId: context.me,
    createdAt: at.toISOString(),
    ...opening({ senderId: context.me, at, system: false }, above, context.now),
    fresh: false,
    start: false,
    receipt: entry.state,
  };
}

/** Whether a row begins a day, and whether it stands on its own. */
function opening(row: Above, above: Above | null, now: Date): Pick<Row, 'head' | 'day'> {
  const newDay = above === null || dayOf(above.at) !== dayOf(row.at);
  const continues = !newDay && row.system === above.system && (row.system || sameGroup(row, above));
  return { head: !continues, day: newDay ? dayLabel(row.at, now) : null };
}

function sameGroup(row: Above, above: Above): boolean {
  return above.senderId === row.senderId && row.at.getTime() - above.at.getTime() <= GROUP_MS;
}

function rowKey(senderId: string, clientMessageId: string): string {
  return `${senderId}:${clientMessageId}`;
}
