import { KnownRanges, type Range } from './known-ranges.js';
import { PageLog } from './page-log.js';
import type { Quotes } from './quotes.js';
import { mergeRows, type Row, type RowChange } from './row.js';

/** How many rows are kept. */
export interface RowLimits {
  /** The newest rows of a conversation without subscribers. */
  readonly tail: number;
  /** Rows around the window that a subscriber watches. */
  readonly window: number;
}

const LIMITS: RowLimits = { tail: 200, window: 2_000 };

/** Own rows that were acknowledged before the events in front of them came. */
const AHEAD = 1_000;

/**
 * One conversation's messages by seq, complete within known ranges. One range is live: it ends at `head`, the last
 * message that events and syncs have brought, and grows there. Another may be shown: the one with `anchor` in it.
 */
export class MessageRows {
  readonly log = new PageLog();
  /** Those before it have expired. */
  first = 1;
  readonly #rows = new Map<number, Row>();
  readonly #ranges = new KnownRanges();
  /** Rows beyond `head` of a sync that is not complete: in version order, so with holes. */
  readonly #waiting = new Map<number, Row>();
  /** Own rows beyond `head`, from acks: shown at the end until the live range reaches them. */
  readonly #ahead = new Map<number, Row>();
  readonly #everywhere = [this.#rows, this.#ahead, this.#waiting];
  /** A seq in the range shown; null: the live one is shown. */
  #anchor: number | null = null;

  constructor(
    /** The last seq of the live range. */
    public head: number,
    readonly quotes: Quotes,
    private readonly limits: RowLimits = LIMITS,
  ) {}

  get(seq: number): Row | undefined {
    return this.#rows.get(seq) ?? this.#ahead.get(seq);
  }

  /** The row with this id, if it is in the store. */
  find(messageId: string): Row | undefined {
    for (const rows of this.#everywhere) {
      for (const row of rows.values()) if (row.message.id === messageId) return row;
    }
    return undefined;
  }

  /** The seqs that rows in the store quote. */
  quoted(): Set<number> {
    const quoted = new Set<number>();
    for (const rows of this.#everywhere) {
      for (const { message } of rows.values()) if (message.replyTo) quoted.add(message.replyTo.seq);
    }
    return quoted;
  }

  /** Changes one row wherever it is, and in pages under way. Returns whether it is in the store. */
  change(seq: number, change: RowChange): boolean {
    this.log.note((row) => (row.message.seq === seq ? change(row) : row));
    let isHeld = false;
    for (const rows of this.#everywhere) {
      const held = rows.get(seq);
      if (!held) continue;
      isHeld = true;
      rows.set(seq, change(held));
    }
    return isHeld;
  }

  /** Some state of a message; taken where the message is in the store. */
  merge(row: Row): boolean {
    this.quotes.note(row.message);
    return this.change(row.message.seq, (held) => mergeRows(held, row));
  }

  /** A message that is new in the order of events. */
  arrive(row: Row): void {
    const { seq } = row.message;
    this.merge(row);
    if (seq <= this.head) return;
    this.#place(row);
    this.#ranges.add(seq, seq);
    this.head = seq;
  }

  /** A row of a sync; beyond the live end it waits for those before it. */
  mergeSynced(row: Row): void {
    const { seq } = row.message;
    this.merge(row);
    if (seq > this.head && !this.#waiting.has(seq)) this.#waiting.set(seq, row);
  }

  /** Extends the live range by what waits; where the sync is complete, up to `lastSeq` at once. */
  settle(lastSeq: number, isComplete: boolean): void {
    for (let row = this.#waiting.get(this.head + 1); row; row = this.#waiting.get(this.head + 1)) this.arrive(row);
    if (isComplete) {
      if (lastSeq > this.head) this.#beginAt(lastSeq);
      this.#waiting.clear();
    }
    for (const rows of [this.#waiting, this.#ahead]) {
      for (const seq of rows.keys()) if (seq <= this.head) rows.delete(seq);
    }
  }

  /** One's own message from an ack. */
  acknowledge(row: Row): void {
    const { seq } = row.message;
    const isHeld = this.merge(row);
    if (isHeld || seq <= this.head || this.#ahead.size >= AHEAD) return;
    this.#ahead.set(seq, row);
  }

  /** A page that arrived: rows without a hole between them, ascending. What else is known of them is applied. */
  insert(rows: readonly Row[]): void {
    const first = rows[0]?.message.seq;
    const last = rows.at(-1)?.message.seq;
    if (first === undefined || last === undefined) return;
    for (const row of rows) {
      this.quotes.note(row.message);
      this.#place(row);
    }
    if (rows.length === last - first + 1) this.#ranges.add(first, last);
  }

  /** The range in which the seq is, shown from now on; null: the live one. Returns whether that is known. */
  show(seq: number | null): boolean {
    if (seq !== null && !this.#ranges.at(seq)) return false;
    this.#anchor = seq;
    return true;
  }

  live(): Range {
    return this.#ranges.at(this.head) ?? { from: this.head + 1, to: this.head };
  }

  shown(): Range {
    return this.#ranges.at(this.#anchor ?? this.head) ?? this.live();
  }

  /** Own rows that are known, but not what stands before them. */
  rowsAhead(): Row[] {
    return [...this.#ahead.values()].sort((a, b) => a.message.seq - b.message.seq);
  }

  /** Drops what need not be kept; of the range shown, where it has become too long, the end that is named. */
  trim(isOpen: boolean, end: 'oldest' | 'newest' = 'oldest'): void {
    const live = this.live();
    const tail = { from: Math.max(live.from, live.to - this.limits.tail + 1), to: live.to };
    if (!isOpen) {
      this.#anchor = null;
      return this.#keep([tail]);
    }
    const { from, to } = this.shown();
    const { window } = this.limits;
    let shown = { from, to };
    if (to - from >= window) shown = end === 'oldest' ? { from: to - window + 1, to } : { from, to: from + window - 1 };
    const isLive = shown.to === live.to;
    this.#anchor = isLive ? null : shown.to;
    // A hole stays between the two, or they would be one.
    this.#keep(isLive ? [shown] : [shown, { from: Math.max(tail.from, shown.to + 2), to: tail.to }]);
  }

  #keep(kept: readonly Range[]): void {
    this.#ranges.keep(kept.map(({ from, to }) => ({ from: Math.max(from, this.first), to })));
    for (const seq of this.#rows.keys()) if (!this.#ranges.at(seq)) this.#rows.delete(seq);
  }

  #place(row: Row): void {
    const { seq } = row.message;
    const known = this.get(seq) ?? this.#waiting.get(seq);
    this.#rows.set(seq, known ? mergeRows(known, row) : row);
    this.#ahead.delete(seq);
  }

  /** Something before it is missing, which a complete sync does not leave: the live range begins anew. */
  #beginAt(lastSeq: number): void {
    this.head = lastSeq;
    for (let seq = lastSeq; ; seq -= 1) {
      const row = this.#waiting.get(seq);
      if (!row) return;
      this.#place(row);
      this.#ranges.add(seq, seq);
    }
  }
}
