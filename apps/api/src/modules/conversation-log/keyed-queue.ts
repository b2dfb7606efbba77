import { ParleyError } from '../../kernel/errors.js';
import type { Outcome, PreparedMessage } from './message-batch.js';

/** A message on its way through the writer. */
export interface Pending {
  message: PreparedMessage;
  bytes: number;
  since: number;
  resolve(outcome: Outcome): void;
  reject(fault: unknown): void;
}

/** Any other change of a conversation: it takes its turn among the messages and has the conversation to itself. */
export interface Task {
  run(): Promise<void>;
  since: number;
  reject(fault: unknown): void;
}

/** What waits for one conversation, in order of arrival. While `isBusy`, nothing more of it is started. */
export interface Line {
  readonly conversationId: string;
  readonly waiting: (Pending | Task)[];
  isBusy: boolean;
}

export interface BatchSize {
  /** No more messages than this, even of one conversation. */
  items: number;
  bytes: number;
  /** From this number on no further conversation is added: the next batch can be written at the same time. */
  enough: number;
}

const MOST_ITEMS = 10_000;
const MOST_BYTES = 64 * 1024 * 1024;
export const LONGEST_WAIT_MS = 5_000;

const isTask = (each: Pending | Task): each is Task => 'run' in each;

/** Everything that waits to be written: a line for each conversation, bounded in number and bytes. */
export class KeyedQueue {
  private readonly lines = new Map<string, Line>();
  /** Lines that something can be started from, the longest waiting first. */
  private readonly ready = new Set<Line>();
  private items = 0;
  private bytes = 0;

  get isEmpty(): boolean {
    return this.lines.size === 0;
  }

  get hasReady(): boolean {
    return this.ready.size > 0;
  }

  /** @throws `service_unavailable` where the queue is full. */
  add(conversationId: string, each: Pending | Task): void {
    const bytes = isTask(each) ? 0 : each.bytes;
    if (this.items >= MOST_ITEMS || this.bytes + bytes > MOST_BYTES) throw new ParleyError('service_unavailable');
    let line = this.lines.get(conversationId);
    if (!line) {
      line = { conversationId, waiting: [], isBusy: false };
      this.lines.set(conversationId, line);
    }
    line.waiting.push(each);
    this.items += 1;
    this.bytes += bytes;
    if (!line.isBusy) this.ready.add(line);
  }

  /** The next task that can be started, with its line made busy. */
  takeTask(): { line: Line; task: Task } | null {
    for (const line of this.ready) {
      const first = line.waiting[0];
      if (!first || !isTask(first)) continue;
      this.take(line, 1);
      return { line, task: first };
    }
    return null;
  }

  /** As many messages as fit one batch, of as many conversations; their lines are made busy. */
  takeBatch(most: BatchSize): { lines: Line[]; batch: Pending[] } {
    const lines: Line[] = [];
    const batch: Pending[] = [];
    let bytes = 0;
    for (const line of this.ready) {
      const keys = new Set<string>();
      // A repeat must find its original in the table, so it waits for the next batch; nothing else waits for it.
      const repeats: Pending[] = [];
      let count = 0;
      for (const each of line.waiting) {
        if (isTask(each) || batch.length + repeats.length >= most.items || bytes >= most.bytes) break;
        count += 1;
        const key = `${each.message.senderId} ${each.message.clientMessageId}`;
        if (keys.has(key)) {
          repeats.push(each);
          continue;
        }
        keys.add(key);
        batch.push(each);
        bytes += each.bytes;
      }
      if (count === 0) continue;
      this.take(line, count);
      this.putBack(line, repeats);
      lines.push(line);
      if (batch.length >= most.enough || bytes >= most.bytes) break;
    }
    return { lines, batch };
  }

  /** What was taken from this line is done. */
  release(line: Line): void {
    line.isBusy = false;
    if (line.waiting.length > 0) this.ready.add(line);
    else this.lines.delete(line.conversationId);
  }

  /** Refuses what has waited too long, as when the database is away. */
  expire(now: number): void {
    for (const line of [...this.lines.values()]) {
      const late = line.waiting.findIndex((each) => now - each.since < LONGEST_WAIT_MS);
      const expired = line.waiting.slice(0, late === -1 ? undefined : late);
      if (expired.length === 0) continue;
      this.remove(line, expired.length);
      for (const each of expired) each.reject(new ParleyError('service_unavailable'));
      if (line.waiting.length > 0) continue;
      this.ready.delete(line);
      if (!line.isBusy) this.lines.delete(line.conversationId);
    }
  }

  private take(line: Line, count: number): void {
    this.remove(line, count);
    line.isBusy = true;
    this.ready.delete(line);
  }

  private putBack(line: Line, repeats: readonly Pending[]): void {
    line.waiting.unshift(...repeats);
    this.items += repeats.length;
    for (const each of repeats) this.bytes += each.bytes;
  }

  private remove(line: Line, count: number): void {
    for (const each of line.waiting.splice(0, count)) {
      this.items -= 1;
      if (!isTask(each)) this.bytes -= each.bytes;
    }
  }
}
