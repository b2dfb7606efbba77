import type { ReceiptEvent } from './stream-events.js';

/** Beyond so many the receipts since the last complete number are read again. */
const MOST_AHEAD = 1_000;

/**
 * Delivers one conversation's receipts on one node: each once and as it comes, since they have no order and their numbers
 * may skip. It keeps up to which number none is missing, so that the reconciliation can read the rest.
 */
export class ReceiptStream {
  /** Up to this number none is missing; null until known. */
  private completeTo: number | null = null;
  /** The greatest such number that was read from the database. */
  private readTo = 0;
  /** The greatest number that was named and the last reading of the database did not have; 0 where it had all. */
  private stale = 0;
  /** Those that were delivered beyond: one before them was lost, or is late. */
  private readonly ahead = new Map<number, ReceiptEvent>();

  constructor(private readonly deliver: (receipt: ReceiptEvent) => void) {}

  /** Begins after the number that the database has; must follow the subscription. */
  open(number: number): void {
    this.readTo = number;
    this.beginAtMost(number);
  }

  /**
   * A socket's state is of this number: what is later must be delivered here, though it may have been delivered
   * already.
   */
  beginAtMost(number: number): void {
    this.completeTo = Math.min(this.completeTo ?? number, number);
  }

  accept(receipts: readonly ReceiptEvent[]): void {
    for (const receipt of receipts) {
      const number = receipt.receipts;
      this.completeTo ??= number - 1;
      if (number <= this.completeTo || this.ahead.has(number)) continue;
      if (this.ahead.size >= MOST_AHEAD) this.ahead.clear();
      this.ahead.set(number, receipt);
      this.deliver(receipt);
      this.advance();
    }
  }

  /**
   * Receipts as they stand in the database, one a member, under the number of that member's latest. It may contain what
   * an earlier one would have, so it can be needed though the latest was delivered.
   */
  acceptRepaired(receipts: readonly ReceiptEvent[]): void {
    for (const receipt of receipts) {
      const known = this.ahead.get(receipt.receipts);
      if (!known) {
        this.accept([receipt]);
        continue;
      }
      const read = known.read ? null : receipt.read;
      const delivered = known.delivered ? null : receipt.delivered;
      const unread = known.unread ? null : receipt.unread;
      if (read || delivered || unread) this.deliver({ ...receipt, read, delivered, unread });
    }
  }

  /** All up to this number were read from the database; numbers that are missing there were overtaken. */
  complete(upTo: number): void {
    for (const number of this.ahead.keys()) if (number <= upTo) this.ahead.delete(number);
    this.completeTo = Math.max(this.completeTo ?? 0, upTo);
    this.readTo = Math.max(this.readTo, upTo);
    this.advance();
  }

  /** @param head the database's number as a reconciliation saw it. Returns the number to repair from, null for no need. */
  observe(head: number): number | null {
    this.dropStale(head);
    this.completeTo ??= head;
    if (head === this.completeTo) this.readTo = head;
    return head > this.completeTo ? this.completeTo : null;
  }

  /** What two readings of the database in a row do not have was never committed, and would hide what takes its number. */
  private dropStale(head: number): void {
    const named = Math.max(this.completeTo ?? 0, ...this.ahead.keys());
    if (named > head && named === this.stale) {
      this.completeTo = Math.min(this.readTo, head);
      this.ahead.clear();
    }
    this.stale = named;
  }

  private advance(): void {
    while (this.completeTo !== null && this.ahead.delete(this.completeTo + 1)) this.completeTo += 1;
  }
}
