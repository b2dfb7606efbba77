import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Message } from '@parley/protocol';
import type { Db } from '../../database/database.js';
import { WriterDatabase } from '../../database/database.module.js';
import { FaultBudget } from '../../database/fault-budget.js';
import { isDataFault, isLockTimeout, isRepeatable } from '../../database/faults.js';
import { asParleyError, notFound, ParleyError } from '../../kernel/errors.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { type SendTrace, type SendTraces, TRACES } from '../../platform/telemetry/send-traces.js';
import { Hub } from '../../realtime/hub/hub.js';
import { SENT_AT, type StreamEvent, TRACE } from '../../realtime/hub/stream-events.js';
import { newMessageEvent } from './conversation-log.events.js';
import { ConversationLogRepository } from './conversation-log.repository.js';
import type { Decision, LockedConversation, Unchanged } from './decision.js';
import { type ConversationQueue, KeyedQueue, LONGEST_WAIT_MS, type Pending } from './keyed-queue.js';
import type { Outcome, PreparedMessage, Wait } from './message-batch.js';
import { MessageTextRepository } from './message-text.repository.js';

/** What a transaction holds at most. A batch is fanned out in one tick, so its bytes bound each socket's write buffer. */
const BATCH = { items: 500, bytes: 1024 * 1024, enough: 100 };
/** Transactions beside the batches: retries of locked conversations, and all other changes. */
const SIDE_TRANSACTIONS = 4;
const MOST_ATTEMPTS = 4;
/** What is filled in for one file, at most. */
const FILE_BYTES = 2_400;
const EXPIRY_MS = 500;

/** Must neither wait nor throw: senders are not answered before. */
type CommitListener = (messages: readonly Message[]) => void;

/** Messages of a conversation that another session has locked. */
interface LockedRetry {
  queue: ConversationQueue;
  pending: Pending[];
}

/**
 * The one write path of conversations, in order of arrival: each change is decided and numbered under the lock of the
 * conversation's row, and announced after its commit. Messages have a group commit: while one batch is being written the
 * next one fills, so that many messages of many conversations share a transaction, and an idle system commits at once. A
 * conversation that is being written enters no other batch, which keeps the order in which its messages came.
 */
@Injectable()
export class ConversationLog implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly queue = new KeyedQueue();
  private batches = 0;
  private sides = 0;
  /** Conversations that a batch found locked; they are retried together. */
  private readonly locked: LockedRetry[] = [];
  private isRetryingLocked = false;
  /** Those still locked after that; each is retried by itself. */
  private readonly retries: LockedRetry[] = [];
  private scheduled = false;
  private expiry: NodeJS.Timeout | null = null;
  private readonly listeners: CommitListener[] = [];

  constructor(
    private readonly database: WriterDatabase,
    private readonly repository: ConversationLogRepository,
    private readonly texts: MessageTextRepository,
    private readonly hub: Hub,
    private readonly reporter: EventReporter,
    @Inject(TRACES) private readonly traces: SendTraces | null,
  ) {}

  onApplicationBootstrap(): void {
    this.expiry = setInterval(() => this.queue.expire(performance.now()), EXPIRY_MS);
    this.expiry.unref();
  }

  onApplicationShutdown(): void {
    if (this.expiry) clearInterval(this.expiry);
  }

  /** Calls the listener with the messages of each batch that this node, and no other one, has committed. */
  afterCommit(listener: CommitListener): void {
    this.listeners.push(listener);
  }

  /** Writes one message; settles after the commit. Rejects with `service_unavailable` where the queue is full. */
  appendMessage(message: PreparedMessage): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const { content, metadataBytes, fileIds } = message;
      const bytes = content.length * 2 + metadataBytes + fileIds.length * FILE_BYTES + 512;
      const trace = this.traces?.current;
      trace?.queued(message);
      this.queue.add(message.conversationId, { message, bytes, since: performance.now(), trace, resolve, reject });
      this.schedule();
    });
  }

  /**
   * Makes any other change of a conversation: after what arrived before it and before what arrives later, in a
   * transaction of its own that has locked the conversation's row. The events are announced after the commit.
   * @param decide refuses by throwing; may read, and write the rows that are its own, in `tx`. Repeated after a deadlock.
   * @throws `not_found` where there is no such conversation; `service_unavailable` where the queue is full.
   */
  append<T>(
    conversationId: string,
    decide: (locked: LockedConversation) => Promise<Decision<T> | Unchanged<T>>,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const decided = () => this.announced((tx) => this.decideLocked(tx, conversationId, decide));
      const run = () => decided().then(resolve, reject);
      this.queue.add(conversationId, { run, since: performance.now(), reject });
      this.schedule();
    });
  }

  /** Begins a conversation: nothing can wait for it yet, so this takes neither the queue nor the lock. */
  begin<T>(create: (tx: Db) => Promise<Decision<T> | Unchanged<T>>): Promise<T> {
    return this.announced(async (tx) => {
      const decision = await create(tx);
      if (!('unchanged' in decision)) await this.repository.insertChanges(tx, [decision.change]);
      return decision;
    });
  }

  private async announced<T>(write: (tx: Db) => Promise<Decision<T> | Unchanged<T>>): Promise<T> {
    const written = await this.database.transaction(write);
    if (!('unchanged' in written)) {
      this.hub.announce({ conversationId: written.change.conversationId, events: written.events });
    }
    return written.result;
  }

  private async decideLocked<T>(
    tx: Db,
    conversationId: string,
    decide: (locked: LockedConversation) => Promise<Decision<T> | Unchanged<T>>,
  ): Promise<Decision<T> | Unchanged<T>> {
    const conversation = await this.repository.lock(tx, conversationId);
    if (!conversation) throw notFound();
    const decision = await decide({ tx, conversation, version: conversation.version + 1 });
    if ('unchanged' in decision) return decision;
    const { change, more = [], values, events } = decision;
    const { version } = events.at(-1) ?? events[0];
    await this.repository.updateConversation(tx, conversationId, { ...values, version });
    await this.repository.insertChanges(tx, [change, ...more]);
    return decision;
  }

  /** Once all frames of this turn have arrived: they share a batch, and none waits longer than the turn. */
  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.start();
    });
  }

  private start(): void {
    const most = Math.min(this.database.parallelism, 2);
    while (this.batches < most && this.queue.hasReady) {
      const { queues, batch } = this.queue.takeBatch(BATCH);
      if (batch.length === 0) break;
      this.batches += 1;
      void this.runBatch(queues, batch).finally(() => {
        this.batches -= 1;
        this.schedule();
      });
    }
    this.startSides();
  }

  private startSides(): void {
    // Not one of the side transactions: those may all be waiting for what is locked for long.
    this.startLocked();
    while (this.sides < SIDE_TRANSACTIONS) {
      const work = this.nextRetry() ?? this.nextTask();
      if (!work) return;
      this.sides += 1;
      void work.finally(() => {
        this.sides -= 1;
        this.schedule();
      });
    }
  }

  /** All locked conversations together: most often another node's batch has locked them and is over soon. */
  private startLocked(): void {
    if (this.isRetryingLocked || this.locked.length === 0) return;
    this.isRetryingLocked = true;
    void this.retryTogether(this.locked.splice(0)).finally(() => {
      this.isRetryingLocked = false;
      this.schedule();
    });
  }

  private nextRetry(): Promise<void> | null {
    const retry = this.retries.shift();
    return retry ? this.retryAlone(retry.queue, retry.pending) : null;
  }

  private nextTask(): Promise<void> | null {
    const next = this.queue.takeTask();
    return next && next.task.run().finally(() => this.queue.release(next.queue));
  }

  private async runBatch(queues: readonly ConversationQueue[], batch: readonly Pending[]): Promise<void> {
    const busy = await this.commitSafely(batch, 'not');
    this.locked.push(...this.releaseOthers(queues, busy));
  }

  private async retryTogether(locked: readonly LockedRetry[]): Promise<void> {
    const busy = await this.commitSafely(
      locked.flatMap(({ pending }) => pending),
      'briefly',
    );
    this.retries.push(
      ...this.releaseOthers(
        locked.map(({ queue }) => queue),
        busy,
      ),
    );
  }

  /** What is still to be written, by conversation; the other queues are done. */
  private releaseOthers(queues: readonly ConversationQueue[], busy: readonly Pending[]): LockedRetry[] {
    const locked = Map.groupBy(busy, (pending) => pending.message.conversationId);
    return queues.flatMap((queue) => {
      const pending = locked.get(queue.conversationId);
      if (!pending) this.queue.release(queue);
      return pending ? { queue, pending } : [];
    });
  }

  /** Waits for one conversation until the lock's deadline. */
  private async retryAlone(queue: ConversationQueue, pending: readonly Pending[]): Promise<void> {
    const isLate = pending.every(({ since }) => performance.now() - since > LONGEST_WAIT_MS);
    const unsettled = isLate ? [...pending] : await this.commitSafely(pending, 'long');
    if (unsettled.length > 0) this.refuse(unsettled, new ParleyError('service_unavailable'));
    this.queue.release(queue);
  }

  /** Whatever happens, every message is settled or returned, and no queue stays busy. */
  private async commitSafely(batch: readonly Pending[], wait: Wait): Promise<Pending[]> {
    try {
      return await this.commit(batch, wait);
    } catch (fault) {
      this.refuse(batch, fault);
      return [];
    }
  }

  /**
   * Writes a batch and settles what became of it. Rows at fault fail alone: the batch is split until they are by
   * themselves. Returns the messages whose conversation another session has locked.
   */
  private async commit(batch: readonly Pending[], wait: Wait, faults = new FaultBudget()): Promise<Pending[]> {
    let outcomes: readonly Outcome[];
    try {
      const sent = batch.map((pending) => pending.message);
      const began = performance.now();
      const traced = this.traces?.writing(tracesOf(batch), batch.length);
      outcomes = await this.attempt(sent, wait).finally(traced);
      this.reporter.batchWritten(batch.length, performance.now() - began);
    } catch (fault) {
      // Some other row or a table is locked: retried one by one, only those conversations wait that need it.
      if (isLockTimeout(fault) && wait !== 'long') return [...batch];
      if (batch.length > 1 && faults.mayBeOfOneRow(fault)) return this.commitHalves(batch, wait, faults);
      this.refuse(batch, fault);
      return [];
    }
    return this.settle(batch, outcomes);
  }

  private async commitHalves(batch: readonly Pending[], wait: Wait, faults: FaultBudget): Promise<Pending[]> {
    const middle = Math.ceil(batch.length / 2);
    // One after the other: a conversation may be in both, and its order must hold.
    const first = await this.commit(batch.slice(0, middle), wait, faults);
    const locked = new Set(first.map((pending) => pending.message.conversationId));
    const [behind, rest] = partition(batch.slice(middle), (pending) => locked.has(pending.message.conversationId));
    return [...first, ...behind, ...(rest.length > 0 ? await this.commit(rest, wait, faults) : [])];
  }

  private async attempt(batch: readonly PreparedMessage[], wait: Wait): Promise<Outcome[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.texts.writeBatch(batch, wait);
      } catch (fault) {
        if (attempt === MOST_ATTEMPTS || !isRepeatable(fault)) throw fault;
      }
    }
  }

  private settle(batch: readonly Pending[], outcomes: readonly Outcome[]): Pending[] {
    const busy: Pending[] = [];
    const now = performance.now();
    const announced = new Map<string, StreamEvent[]>();
    batch.forEach((pending, i) => {
      const outcome = outcomes[i] ?? { kind: 'busy' };
      if (outcome.kind === 'busy') busy.push(pending);
      else pending.resolve(outcome);
      if (outcome.kind !== 'new') return;
      const { conversationId, type } = outcome.message;
      this.reporter.messageCommitted(type, now - pending.since);
      const event = newMessageEvent(outcome.message);
      event[SENT_AT] = pending.since;
      if (pending.trace) event[TRACE] = pending.trace.publishing();
      const events = announced.get(conversationId);
      if (events) events.push(event);
      else announced.set(conversationId, [event]);
    });
    for (const [conversationId, events] of announced) this.hub.announce({ conversationId, events });
    if (this.traces) for (const trace of tracesOf(batch)) trace.published();
    if (this.listeners.length > 0) this.tell(outcomes);
    return busy;
  }

  private tell(outcomes: readonly Outcome[]): void {
    const messages = outcomes.flatMap((outcome) => (outcome.kind === 'new' ? outcome.message : []));
    for (const listener of this.listeners) listener(messages);
  }

  private refuse(batch: readonly Pending[], fault: unknown): void {
    const refusal = refusalOf(fault, batch.length);
    this.reporter.messagesNotWritten(batch.length, fault);
    for (const pending of batch) pending.reject(refusal);
  }
}

function refusalOf(fault: unknown, rows: number): ParleyError {
  if (isDataFault(fault)) {
    return new ParleyError('validation_failed', { message: 'The message cannot be stored.' }, { cause: fault });
  }
  const refusal = asParleyError(fault);
  // The row at fault was not found: each of them may be repeated.
  const isOfSome = rows > 1 && refusal.code === 'internal';
  return isOfSome ? new ParleyError('service_unavailable', {}, { cause: fault }) : refusal;
}

const tracesOf = (batch: readonly Pending[]): SendTrace[] => batch.flatMap(({ trace }) => trace ?? []);

function partition<T>(all: readonly T[], belongs: (each: T) => boolean): [T[], T[]] {
  const yes: T[] = [];
  const no: T[] = [];
  for (const each of all) (belongs(each) ? yes : no).push(each);
  return [yes, no];
}
