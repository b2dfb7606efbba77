import type { PendingItem } from '@parley/client';
import type { Message } from '@parley/protocol';
import type { Receipt } from './receipts.js';

/** One line of the list. Dividers belong to the row below them, so that the list holds nothing but messages. */
export interface Row {
  /** The same before and after the acknowledgement, so that the row stays in place. */
  key: string;
  message: Message | null;
  /** Not stored yet, or refused. */
  pending: PendingItem | null;
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
