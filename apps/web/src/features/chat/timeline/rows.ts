import type { MessageItem, PendingItem, StoredItem } from '@parley/client';
import { dayLabel, dayOf } from '../../../ui/dates.js';
import type { Row } from '../message/row.js';
import { foldRuns } from './system-runs.js';

export interface RowContext {
  me: string;
  /** Nothing is older than the first item. */
  complete: boolean;
  /** The first message after the "new messages" line; null without one. */
  newFrom: number | null;
  now: Date;
  /** How far this device's clock is ahead of the server's. Milliseconds. */
  lead: number;
}

const NONE: readonly never[] = [];

/** Rows of one sender within this time form a group. */
const GROUP_MS = 5 * 60_000;

/**
 * The rows of a conversation. The oldest loaded message is left out while there are older ones: whether it begins a day
 * or a group depends on its predecessor, and a row that changes its height shifts what is read.
 */
export function rowsOf(items: readonly MessageItem[], context: RowContext): Row[] {
  const rows: Row[] = [];
  let above: Above | null = null;
  items.forEach((item, index) => {
    const row: Row = item.kind === 'stored' ? storedRow(item, above, context) : pendingRow(item, above, context);
    above = { senderId: row.senderId, at: new Date(row.createdAt), system: row.message?.type === 'system' };
    if (index > 0 || context.complete || item.kind === 'pending') rows.push(row);
  });
  const first = rows[0];
  if (first && context.complete) rows[0] = { ...first, start: true };
  return foldRuns(rows);
}

interface Above {
  senderId: string;
  at: Date;
  system: boolean;
}

interface Below extends Above {
  /** A reply begins a group, whoever wrote the message above. */
  replies: boolean;
}

function storedRow({ key, message, own }: StoredItem, above: Above | null, context: RowContext): Row {
  const at = new Date(message.createdAt);
  const system = message.type === 'system';
  const mine = message.senderId === context.me && !system;
  return {
    key,
    message,
    folded: NONE,
    own,
    pending: null,
    senderId: message.senderId,
    createdAt: message.createdAt,
    ...opening({ senderId: message.senderId, at, system, replies: message.replyTo !== null }, above, context.now),
    fresh: message.seq === context.newFrom,
    start: false,
    receipt: mine ? message.status : null,
  };
}

function pendingRow(pending: PendingItem, above: Above | null, context: RowContext): Row {
  // A message that is not sent yet is never older than the last one.
  const at = new Date(Math.max(Date.parse(pending.entry.createdAt) - context.lead, above?.at.getTime() ?? 0));
  return {
    key: pending.key,
    message: null,
    folded: NONE,
    own: null,
    pending,
    senderId: context.me,
    createdAt: at.toISOString(),
    ...opening(
      { senderId: context.me, at, system: false, replies: pending.entry.replyToId !== undefined },
      above,
      context.now,
    ),
    fresh: false,
    start: false,
    receipt: pending.failure ? 'failed' : 'pending',
  };
}

/** Whether a row begins a day or a group. */
function opening(row: Below, above: Above | null, now: Date): Pick<Row, 'head' | 'day'> {
  const newDay = above === null || dayOf(above.at) !== dayOf(row.at);
  const continues = !newDay && row.system === above.system && (row.system || (!row.replies && sameGroup(row, above)));
  return { head: !continues, day: newDay ? dayLabel(row.at, now) : null };
}

function sameGroup(row: Above, above: Above): boolean {
  return above.senderId === row.senderId && row.at.getTime() - above.at.getTime() <= GROUP_MS;
}
