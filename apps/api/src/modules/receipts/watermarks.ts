import { Injectable } from '@nestjs/common';
import { FaultBudget } from '../../database/fault-budget.js';
import { isRepeatable } from '../../database/faults.js';
import { ParleyError } from '../../kernel/errors.js';
import { Semaphore } from '../../kernel/semaphore.js';
import { Hub } from '../../realtime/hub/hub.js';
import type { ReceiptEvent } from '../../realtime/hub/stream-events.js';
import { receiptEvent } from './receipt.events.js';
import { type Mark, type MarkRow, ReceiptsRepository } from './receipts.repository.js';

interface Pending {
  mark: Mark;
  resolve(row: MarkRow): void;
  reject(fault: unknown): void;
}

/** What waits for one conversation. */
interface Line {
  waiting: Pending[];
  isMoving: boolean;
}

/** After a batch of a conversation the next one waits this long, so that many readers share it. */
const EVERY_MS = 250;
const MOST_WAITING = 10_000;
/** A client sends a mark or two a second; what one user piles up must not fill the queue for all. */
const MOST_OF_ONE_USER = 16;
const MOST_IN_BATCH = 500;
const MOST_ATTEMPTS = 4;
/** Of all conversations' batches only so many are written at a time: sends go over the same connections. */
const MOST_AT_ONCE = 3;

/**
 * Moves watermarks in batches, one conversation at a time: the first at once, then at most one batch every 250 ms.
 * Reading has a counter and locks of its own, so it never waits for sending.
 */
@Injectable()
export class Watermarks {
  private readonly lines = new Map<string, Line>();
  private count = 0;
  private readonly turns = new Semaphore({ atOnce: MOST_AT_ONCE, mostWaiting: MOST_WAITING });

  constructor(
    private readonly repository: ReceiptsRepository,
    private readonly hub: Hub,
  ) {}

  /** Settles after the commit. */
  move(conversationId: string, mark: Mark): Promise<MarkRow> {
    if (this.count >= MOST_WAITING) throw new ParleyError('service_unavailable');
    this.count += 1;
    return new Promise<MarkRow>((resolve, reject) => {
      const line = this.lines.get(conversationId) ?? { waiting: [], isMoving: false };
      if (line.waiting.filter((pending) => pending.mark.userId === mark.userId).length >= MOST_OF_ONE_USER) {
        throw new ParleyError('rate_limited', { retryAfterMs: 1_000 });
      }
      this.lines.set(conversationId, line);
      line.waiting.push({ mark, resolve, reject });
      if (!line.isMoving) void this.work(conversationId, line);
    }).finally(() => {
      this.count -= 1;
    });
  }

  private async work(conversationId: string, line: Line): Promise<void> {
    line.isMoving = true;
    // Marks of the same turn share the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (line.waiting.length > 0) {
      await this.turns.within(() => this.moveSome(conversationId, take(line)));
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
    this.lines.delete(conversationId);
  }

  /** A mark at fault fails alone: the batch is split until it is by itself. */
  private async moveSome(conversationId: string, batch: readonly Pending[], faults = new FaultBudget()): Promise<void> {
    const marks = batch.map((pending) => pending.mark);
    const moved = await this.attempt(conversationId, marks).catch((fault: unknown) => ({ fault }));
    if (!('fault' in moved)) return this.settle(conversationId, batch, moved);
    if (batch.length === 1 || !faults.mayBeOfOneRow(moved.fault)) {
      for (const pending of batch) pending.reject(moved.fault);
      return;
    }
    const middle = Math.ceil(batch.length / 2);
    await this.moveSome(conversationId, batch.slice(0, middle), faults);
    await this.moveSome(conversationId, batch.slice(middle), faults);
  }

  private settle(conversationId: string, batch: readonly Pending[], rows: readonly MarkRow[]): void {
    const moved = rows.filter((row) => row.outcome === 'move').sort((a, b) => a.receipts - b.receipts);
    const marks = moved.flatMap((row) => {
      const pending = batch[row.i];
      return pending ? eventOf(conversationId, pending.mark, row) : [];
    });
    if (marks.length > 0) this.hub.announce({ conversationId, events: [], marks });
    for (const row of rows) batch[row.i]?.resolve(row);
  }

  private async attempt(conversationId: string, marks: readonly Mark[]): Promise<MarkRow[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.repository.move(conversationId, marks);
      } catch (fault) {
        if (attempt === MOST_ATTEMPTS || !isRepeatable(fault)) throw fault;
      }
    }
  }
}

/** The waiting marks in order, one a user: a second one of the same user must see what the first has moved. */
function take(line: Line): Pending[] {
  const users = new Set<string>();
  const batch: Pending[] = [];
  const later: Pending[] = [];
  for (const pending of line.waiting) {
    const isFirst = !users.has(pending.mark.userId) && batch.length < MOST_IN_BATCH;
    users.add(pending.mark.userId);
    (isFirst ? batch : later).push(pending);
  }
  line.waiting = later;
  return batch;
}

function eventOf(conversationId: string, { userId, isRead }: Mark, row: MarkRow): ReceiptEvent {
  const reached = { messageId: row.message_id, seq: row.mark_seq, ms: row.at_ms };
  const unread = {
    unreadCount: row.unread,
    mentionCount: row.mentioned,
    lastReadSeq: row.last_read_seq,
    lastSeq: row.last_seq,
  };
  return receiptEvent({
    conversationId,
    userId,
    receipts: row.receipts,
    memberCount: row.member_count,
    read: isRead ? reached : null,
    delivered: isRead ? null : reached,
    unread: isRead ? unread : null,
  });
}
