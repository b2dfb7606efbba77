import type { OwnChange, PendingItem } from '@parley/client';
import type { Message } from '@parley/protocol';
import type { Receipt } from './receipts.js';

/** One message of the list, with the dividers above it: the list consists of messages only. */
export interface Row {
  /** Unchanged by the acknowledgement, so that the row keeps its element. */
  key: string;
  message: Message | null;
  /** Messages of the system right before this one, which is of the system, too: the oldest first. They are one row. */
  folded: readonly Message[];
  /** Of a stored message: what of my changes the server has not taken so far. */
  own: OwnChange | null;
  /** Set while the message is not stored, or was refused. */
  pending: PendingItem | null;
  senderId: string;
  createdAt: string;
  /** The row begins a group: name and avatar are shown. */
  head: boolean;
  /** The name of the day that begins with this row. */
  day: string | null;
  /** The "new messages" line is drawn above this row. */
  fresh: boolean;
  /** The start of the history is drawn above this row. */
  start: boolean;
  /** Of my own messages only. */
  receipt: Receipt | null;
}

/** Whether the message with this seq is in the row. */
export function holds({ message, folded }: Row, seq: number): boolean {
  return message?.seq === seq || folded.some((each) => each.seq === seq);
}
