import { ParleyError } from '../../kernel/errors.js';
import type { SendTrace } from '../../platform/telemetry/send-traces.js';
import type { Outcome, PreparedMessage } from './message-batch.js';

/** A message that waits to be written. */
export interface Pending {
  message: PreparedMessage;
  bytes: number;
  since: number;
  /** Where its way is noted. */
  trace?: SendTrace | undefined;
  resolve(outcome: Outcome): void;
  reject(fault: unknown): void;
}

/** Any other change of a conversation: it runs by itself, after what arrived before it. */
export interface Task {
  run(): Promise<void>;
  since: number;
  reject(fault: unknown): void;
}

/** What waits for one conversation, in order of arrival. While `isBusy`, nothing more of it is started. */
export interface ConversationQueue {
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

/** Everything that waits to be written: a queue for each conversation, bounded together in number and bytes. */
export class KeyedQueue {
  private readonly queues = new Map<string, ConversationQueue>();
  /** Those that something can be started from, the longest waiting first. */
  private readonly ready = new Set<ConversationQueue>();
  private items = 0;
  private bytes = 0;

  get isEmpty(): boolean {
    return this.queues.size === 0;
  }

  get hasReady(): boolean {
    return this.ready.size > 0;
  }

  /** @throws `service_unavailable` where the queue is full. */
  add(conversationId: string, each: Pending | Task): void {
    const bytes = isTask(each) ? 0 : each.bytes;
    if (this.items >= MOST_ITEMS || this.bytes + bytes > MOST_BYTES) throw new ParleyError('service_unavailable');
    let queue = this.queues.get(conversationId);
    if (!queue) {
      queue = { conversationId, waiting: [], isBusy: false };
      this.queues.set(conversationId, queue);
    }
    queue.waiting.push(each);
    this.items += 1;
    this.bytes += bytes;
    if (!queue.isBusy) this.ready.add(queue);
  }

  /** The next task that can be started, with its queue made busy. */
  takeTask(): { queue: ConversationQueue; task: Task } | null {
    for (const queue of this.ready) {
      const first = queue.waiting[0];
      if (!first || !isTask(first)) continue;
      this.take(queue, 1);
      return { queue, task: first };
    }
    return null;
  }

  /** As many messages as fit one batch, of as many conversations; their queues are made busy. */
  takeBatch(most: BatchSize): { queues: ConversationQueue[]; batch: Pending[] } {
    const queues: ConversationQueue[] = [];
    const batch: Pending[] = [];
    let bytes = 0;
    for (const queue of this.ready) {
      const keys = new Set<string>();
      // A repeat must find its original in the table, so it waits for the next batch; nothing else waits for it.
      const repeats: Pending[] = [];
      let count = 0;
      for (const each of queue.waiting) {
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
      this.take(queue, count);
      this.putBack(queue, repeats);
      queues.push(queue);
      if (batch.length >= most.enough || bytes >= most.bytes) break;
    }
    return { queues, batch };
  }

  /** What was taken from this queue is done. */
  release(queue: ConversationQueue): void {
    queue.isBusy = false;
    if (queue.waiting.length > 0) this.ready.add(queue);
    else this.queues.delete(queue.conversationId);
  }

  /** Refuses what has waited too long, as when the database is away. */
  expire(now: number): void {
    for (const queue of [...this.queues.values()]) {
      const late = queue.waiting.findIndex((each) => now - each.since < LONGEST_WAIT_MS);
      const expired = queue.waiting.slice(0, late === -1 ? undefined : late);
      if (expired.length === 0) continue;
      this.remove(queue, expired.length);
      for (const each of expired) each.reject(new ParleyError('service_unavailable'));
      if (queue.waiting.length > 0) continue;
      this.ready.delete(queue);
      if (!queue.isBusy) this.queues.delete(queue.conversationId);
    }
  }

  private take(queue: ConversationQueue, count: number): void {
    this.remove(queue, count);
    queue.isBusy = true;
    this.ready.delete(queue);
  }

  private putBack(queue: ConversationQueue, repeats: readonly Pending[]): void {
    queue.waiting.unshift(...repeats);
    this.items += repeats.length;
    for (const each of repeats) this.bytes += each.bytes;
  }

  private remove(queue: ConversationQueue, count: number): void {
    for (const each of queue.waiting.splice(0, count)) {
      this.items -= 1;
      if (!isTask(each)) this.bytes -= each.bytes;
    }
  }
}
