import type { OutboxEntry } from './outbox-entry.js';

/** The messages being sent, over all conversations. */
export interface SendingSnapshot {
  /** Messages that the server has not answered yet, and may still take. */
  readonly waiting: number;
  /** Those that it refused for good. */
  readonly failed: number;
  /** Until when it asked our sends to wait; milliseconds by this machine's clock, 0 where it never did. */
  readonly pausedUntil: number;
}

/** The sum of these entries: the former one where it is the same. */
export function summed(former: SendingSnapshot, entries: readonly OutboxEntry[], pausedUntil: number): SendingSnapshot {
  const failed = entries.filter(({ failure }) => failure).length;
  const waiting = entries.length - failed;
  const isSame = waiting === former.waiting && failed === former.failed && pausedUntil === former.pausedUntil;
  return isSame ? former : { waiting, failed, pausedUntil };
}
