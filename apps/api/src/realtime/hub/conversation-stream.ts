import type { ConversationListItem } from '@parley/protocol';
import { ReorderBudget, ReorderBuffer } from './reorder-buffer.js';
import type { StreamEvent } from './stream-events.js';

/** What a stream needs of its surroundings. */
export interface StreamHost {
  /** Must deliver in this turn of the event loop. */
  deliver(conversationId: string, event: StreamEvent, items: ReadonlyMap<string, ConversationListItem>): void;
  /** The list items of those of `userIds` who have sockets here. */
  prepare(conversationId: string, userIds: readonly string[]): Promise<ReadonlyMap<string, ConversationListItem>>;
  eventsBetween(conversationId: string, range: { after: number; upTo: number }): Promise<StreamEvent[]>;
  onGap(conversationId: string): void;
  onFault(conversationId: string, fault: unknown): void;
}

/** How long an event that came early waits for those before it. */
const HOLD_MS = 30;
const RETRY_MS = 500;

/**
 * Delivers one conversation's events in order on one node. It keeps a cursor, the version it delivered last, and has three
 * phases, the first of which begins anew with every gap:
 * - backfill: what comes next is read from the database, at first where to begin; what is announced meanwhile waits.
 * - cutover: what was read and what has waited are delivered by their versions, once.
 * - live: the next version is delivered in the turn in which it is announced, an earlier one is dropped, and a later one
 *   waits for those before it, which are read when they do not come in time.
 */
export class ConversationStream {
  /** Version of the last delivered event; null until the head was read. */
  private cursor: number | null = null;
  /** The version that notifications named and the last reading of the database did not have; 0 where it had all. */
  private stale = 0;
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

  /** Begins after the version that the database has; must follow the subscription, so that nothing falls between. */
  open(version: number): void {
    if (this.cursor !== null) return;
    this.cursor = Math.min(version, this.startAtMost);
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

  /** @param head the database's version as a reconciliation saw it. */
  observe(head: number): void {
    this.dropStale(head);
    this.expect(head);
  }

  /**
   * Drops what two readings of the database in a row do not have: a version that was never committed would keep the
   * stream from delivering the change that takes it later.
   */
  private dropStale(head: number): void {
    const named = this.knownHead;
    if (named > head && named === this.stale) {
      this.knownHead = head;
      this.early.deleteAfter(head);
    }
    this.stale = named;
  }

  /** This version is known to be committed: what is missing up to it is read. */
  expect(version: number): void {
    this.knownHead = Math.max(this.knownHead, version);
    if (this.cursor !== null && this.knownHead > this.cursor) void this.advance();
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

  private emit(event: StreamEvent, items: ReadonlyMap<string, ConversationListItem> = NOBODY): void {
    this.cursor = event.version;
    // It may have come by a notification and by the database.
    this.early.delete(event.version);
    this.host.deliver(this.conversationId, event, items);
  }

  private later(ms: number): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.advance(), ms);
    this.timer.unref();
  }
}

const NOBODY: ReadonlyMap<string, ConversationListItem> = new Map();
