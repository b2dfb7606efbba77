import type { ConversationListItem } from '@parley/protocol';
import { ReorderBudget, ReorderBuffer } from './reorder-buffer.js';
import type { ReceiptEvent, StreamEvent } from './stream-events.js';

/** What a stream needs of its surroundings. */
export interface StreamHost {
  /** Must deliver in this turn of the event loop. */
  deliver(event: StreamEvent, items: ReadonlyMap<string, ConversationListItem>): void;
  deliverMark(mark: ReceiptEvent): void;
  /** The list items of those of `userIds` who have sockets here. */
  prepare(conversationId: string, userIds: readonly string[]): Promise<ReadonlyMap<string, ConversationListItem>>;
  eventsBetween(conversationId: string, range: { after: number; upTo: number }): Promise<StreamEvent[]>;
  onGap(conversationId: string): void;
  onFault(conversationId: string, fault: unknown): void;
}

/** How long an event that came early waits for those before it. */
const HOLD_MS = 30;
const RETRY_MS = 500;
/** Beyond so many the marks since the last complete number are read again. */
const MOST_MARKS_AHEAD = 1_000;

/**
 * Delivers one conversation's events in order on one node. It keeps a cursor: the next version is delivered at once, a
 * later one waits for a moment until the gap is read from the database, an earlier one is dropped.
 */
export class ConversationStream {
  /** Version of the last delivered event; null until the head was read. */
  private cursor: number | null = null;
  /** Up to this number no mark is missing; null until known. */
  private receipts: number | null = null;
  /** The greatest such number that was read from the database. */
  private sureReceipts = 0;
  /** Numbers that notifications named and the last reading of the database did not have; 0 where it had all. */
  private stale = { version: 0, receipts: 0 };
  /** Marks that were delivered beyond that: one before them was lost, or is late. */
  private readonly marksAhead = new Map<number, ReceiptEvent>();
  private readonly early: ReorderBuffer;
  /** The greatest version known to be committed. */
  private knownHead = 0;
  /** The known head when the stream last waited for an event: up to there it reads, and does not wait again. */
  private awaitedUpTo = 0;
  /** Before the head is known: deliver from here, since someone joined with the version after it. */
  private startAtMost = Number.POSITIVE_INFINITY;
  private working = false;
  /** Ends a wait for an event that is late; null while there is none. */
  private wake: (() => void) | null = null;
  private closed = false;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    readonly conversationId: string,
    private readonly host: StreamHost,
    budget = new ReorderBudget(),
  ) {
    this.early = new ReorderBuffer(budget);
  }

  get isOpen(): boolean {
    return this.cursor !== null;
  }

  get version(): number {
    return this.cursor ?? 0;
  }

  /** Begins after `heads`; must follow the subscription, so that nothing falls between. */
  open(heads: { version: number; receipts?: number }): void {
    if (this.cursor !== null) return;
    this.cursor = Math.min(heads.version, this.startAtMost);
    if (heads.receipts !== undefined) {
      this.sureReceipts = heads.receipts;
      this.receipts = Math.min(this.receipts ?? heads.receipts, heads.receipts);
    }
    this.early.deleteUpTo(this.cursor);
    this.accept([]);
  }

  /** Someone joined with this version: it must be delivered here even if the head has passed it. */
  startBefore(version: number): void {
    if (this.cursor === null) this.startAtMost = Math.min(this.startAtMost, version - 1);
  }

  close(): void {
    this.closed = true;
    this.wake?.();
    this.early.clear();
    if (this.timer) clearTimeout(this.timer);
  }

  /** @param size of all these events in characters as they travelled; 0 where they were made here. */
  accept(events: readonly StreamEvent[], size = 0): void {
    for (const event of events) {
      if (this.cursor !== null && event.version <= this.cursor) continue;
      this.knownHead = Math.max(this.knownHead, event.version);
      // The common case, without a detour: the next event, and nothing before it.
      if (event.version === this.version + 1 && this.cursor !== null && !this.working && !event.joined)
        this.emit(event);
      else this.early.keep(event, Math.ceil(size / events.length));
    }
    if (this.early.has(this.version + 1)) this.wake?.();
    if (this.cursor !== null && this.hasWork) void this.advance();
  }

  acceptMarks(marks: readonly ReceiptEvent[]): void {
    for (const mark of marks) {
      this.receipts ??= mark.receipts - 1;
      if (mark.receipts <= this.receipts || this.marksAhead.has(mark.receipts)) continue;
      if (this.marksAhead.size >= MOST_MARKS_AHEAD) this.marksAhead.clear();
      this.marksAhead.set(mark.receipts, mark);
      this.host.deliverMark(mark);
      this.advanceMarks();
    }
  }

  /**
   * Marks as they stand in the database, one a member, under the number of that member's latest. It may hold what an
   * earlier mark would have told, so it can be needed though the latest was delivered.
   */
  acceptRepaired(marks: readonly ReceiptEvent[]): void {
    for (const mark of marks) {
      const known = this.marksAhead.get(mark.receipts);
      if (!known) {
        this.acceptMarks([mark]);
        continue;
      }
      const read = known.read ? null : mark.read;
      const delivered = known.delivered ? null : mark.delivered;
      const unread = known.unread ? null : mark.unread;
      if (read || delivered || unread) this.host.deliverMark({ ...mark, read, delivered, unread });
    }
  }

  /** Every mark up to this number was read from the database; numbers that are missing there were overtaken. */
  marksComplete(upTo: number): void {
    for (const number of this.marksAhead.keys()) if (number <= upTo) this.marksAhead.delete(number);
    this.receipts = Math.max(this.receipts ?? 0, upTo);
    this.sureReceipts = Math.max(this.sureReceipts, upTo);
    this.advanceMarks();
  }

  /** The database's heads as a reconciliation saw them. Returns the receipts number to repair from, null if there is no need. */
  observe(heads: { version: number; receipts: number }): number | null {
    this.dropStale(heads);
    this.expect(heads.version);
    this.receipts ??= heads.receipts;
    if (heads.receipts === this.receipts) this.sureReceipts = heads.receipts;
    return heads.receipts > this.receipts ? this.receipts : null;
  }

  /**
   * Drops what two readings of the database in a row do not have: a number that was never committed would keep the
   * stream from delivering the change that takes it later.
   */
  private dropStale(heads: { version: number; receipts: number }): void {
    const named = { version: this.knownHead, receipts: Math.max(this.receipts ?? 0, ...this.marksAhead.keys()) };
    if (named.version > heads.version && named.version === this.stale.version) {
      this.knownHead = heads.version;
      this.early.deleteAfter(heads.version);
    }
    if (named.receipts > heads.receipts && named.receipts === this.stale.receipts) {
      this.receipts = Math.min(this.sureReceipts, heads.receipts);
      this.marksAhead.clear();
    }
    this.stale = named;
  }

  /** This version is known to be committed: what is missing up to it is read. */
  expect(version: number): void {
    this.knownHead = Math.max(this.knownHead, version);
    if (this.cursor !== null && this.knownHead > this.cursor) void this.advance();
  }

  private advanceMarks(): void {
    while (this.receipts !== null && this.marksAhead.delete(this.receipts + 1)) this.receipts += 1;
  }

  private async advance(): Promise<void> {
    if (this.working || this.closed) return;
    this.working = true;
    try {
      // Compared in the turn in which it ends, so that no notification is missed in between.
      while (!this.closed && this.hasWork) {
        if (!(await this.step()) && !this.early.has(this.version + 1)) break;
      }
    } catch (fault) {
      this.host.onFault(this.conversationId, fault);
      this.later(RETRY_MS);
    } finally {
      this.working = false;
    }
  }

  /** Whether the next event is at hand, or known to be committed. */
  private get hasWork(): boolean {
    return this.early.has(this.version + 1) || this.knownHead > this.version;
  }

  /** Delivers what is next, or reads it; false where it has to be waited for. */
  private async step(): Promise<boolean> {
    const next = this.early.get(this.version + 1);
    if (next) {
      const items = next.joined ? await this.host.prepare(this.conversationId, next.joined) : new Map();
      // While it was prepared, the last socket may have gone and another stream begun.
      if (this.closed) return false;
      this.completeMarksFrom(items);
      this.emit(next, items);
      return true;
    }
    const before = this.version;
    if (before >= this.awaitedUpTo) {
      const known = this.knownHead;
      await this.hold();
      if (this.early.has(before + 1) || this.closed) return true;
      this.awaitedUpTo = known;
    }
    this.host.onGap(this.conversationId);
    const missing = await this.host.eventsBetween(this.conversationId, { after: before, upTo: this.knownHead });
    this.early.keepRead(missing);
    if (missing.length === 0) this.later(RETRY_MS);
    return missing.length > 0;
  }

  /** Waits for the next event for a moment. A busy event loop comes to its timers before it has read what is there. */
  private async hold(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(() => setImmediate(resolve), HOLD_MS);
    this.wake = resolve;
    await promise;
    clearTimeout(timer);
    this.wake = null;
  }

  /** The item that a new member gets names the receipts of that moment; later ones are repaired from there. */
  private completeMarksFrom(items: ReadonlyMap<string, ConversationListItem>): void {
    for (const { receipts } of items.values()) this.receipts = Math.min(this.receipts ?? receipts, receipts);
  }

  private emit(event: StreamEvent, items: ReadonlyMap<string, ConversationListItem> = NOBODY): void {
    this.cursor = event.version;
    // It may have come by a notification and by the database.
    this.early.delete(event.version);
    this.host.deliver(event, items);
  }

  private later(ms: number): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.advance(), ms);
    this.timer.unref();
  }
}

const NOBODY: ReadonlyMap<string, ConversationListItem> = new Map();
