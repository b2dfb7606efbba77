import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Db } from '../../database/database.js';
import { WriterDatabase } from '../../database/database.module.js';
import { FaultBudget } from '../../database/fault-budget.js';
import { isDataFault, isLockTimeout, isRepeatable } from '../../database/faults.js';
import { asParleyError, faultLevel, ParleyError } from '../../kernel/errors.js';
import { LOG } from '../../kernel/log.js';
import { Hub } from '../../realtime/hub/hub.js';
import type { StreamEvent } from '../../realtime/hub/stream-events.js';
import { newMessageEvent } from './conversation-log.events.js';
import { ConversationLogRepository } from './conversation-log.repository.js';
import { KeyedQueue, type Line, LONGEST_WAIT_MS, type Pending } from './keyed-queue.js';
import type { Outcome, PreparedMessage, Wait } from './message-batch.js';

/** What a transaction holds at most. A turn hands all of it to each of the readers: its bytes are theirs, too. */
const BATCH = { items: 500, bytes: 1024 * 1024, enough: 100 };
/** Transactions on the side: lanes for conversations that someone else holds, and all other changes together. */
const SIDE_TRANSACTIONS = 4;
const MOST_ATTEMPTS = 4;
const EXPIRY_MS = 500;

/** What waits for a conversation that someone else holds. */
interface Lane {
  line: Line;
  pending: Pending[];
}

/**
 * Group commit: while one batch is being written the next one fills, so that many messages of many conversations share
 * a transaction, and an idle system commits at once. A conversation that is being written enters no other batch, which
 * keeps the order in which its messages came.
 */
@Injectable()
export class ConversationLog implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly lines = new KeyedQueue();
  private batches = 0;
  private sides = 0;
  /** Conversations that a batch found held by someone else. */
  private readonly held: Lane[] = [];
  private isWaitingForHeld = false;
  /** Those that were still held after a moment: each waits on its own. */
  private readonly lanes: Lane[] = [];
  private scheduled = false;
  private expiry: NodeJS.Timeout | null = null;

  constructor(
    private readonly database: WriterDatabase,
    private readonly repository: ConversationLogRepository,
    private readonly hub: Hub,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.expiry = setInterval(() => this.lines.expire(performance.now()), EXPIRY_MS);
    this.expiry.unref();
  }

  onApplicationShutdown(): void {
    if (this.expiry) clearInterval(this.expiry);
  }

  /** Writes one message; settles after the commit. Rejects with `service_unavailable` where the queue is full. */
  appendMessage(message: PreparedMessage): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const bytes = message.content.length * 2 + message.metadataBytes + 512;
      this.lines.add(message.conversationId, { message, bytes, since: performance.now(), resolve, reject });
      this.schedule();
    });
  }

  /**
   * Makes another change of a conversation in its turn, after the messages that came before and before those after, in
   * a transaction of its own; its events are announced after the commit.
   */
  append<T>(
    conversationId: string,
    make: (tx: Db) => Promise<{ result: T; events: readonly StreamEvent[] }>,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const made = async () => {
        const { result, events } = await this.database.transaction(make);
        if (events.length > 0) this.hub.announce({ conversationId, events });
        return result;
      };
      const run = () => made().then(resolve, reject);
      this.lines.add(conversationId, { run, since: performance.now(), reject });
      this.schedule();
    });
  }

  /** Once all frames that arrived in this turn are in: they share a batch, and nobody waits longer than the turn. */
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
    while (this.batches < most && this.lines.hasReady) {
      const { lines, batch } = this.lines.takeBatch(BATCH);
      if (batch.length === 0) break;
      this.batches += 1;
      void this.runBatch(lines, batch).finally(() => {
        this.batches -= 1;
        this.schedule();
      });
    }
    this.startSides();
  }

  private startSides(): void {
    // Beside the lanes: those may all be taken by what is held for long.
    this.startHeld();
    while (this.sides < SIDE_TRANSACTIONS) {
      const work = this.nextLane() ?? this.nextTask();
      if (!work) return;
      this.sides += 1;
      void work.finally(() => {
        this.sides -= 1;
        this.schedule();
      });
    }
  }

  /** All conversations that were held together: most often by the batch of another node, which is over soon. */
  private startHeld(): void {
    if (this.isWaitingForHeld || this.held.length === 0) return;
    this.isWaitingForHeld = true;
    void this.runHeld(this.held.splice(0)).finally(() => {
      this.isWaitingForHeld = false;
      this.schedule();
    });
  }

  private nextLane(): Promise<void> | null {
    const lane = this.lanes.shift();
    return lane ? this.runLane(lane.line, lane.pending) : null;
  }

  private nextTask(): Promise<void> | null {
    const next = this.lines.takeTask();
    return next && next.task.run().finally(() => this.lines.release(next.line));
  }

  private async runBatch(lines: readonly Line[], batch: readonly Pending[]): Promise<void> {
    const busy = await this.commitSafely(batch, 'not');
    this.held.push(...this.releaseOthers(lines, busy));
  }

  private async runHeld(held: readonly Lane[]): Promise<void> {
    const busy = await this.commitSafely(
      held.flatMap(({ pending }) => pending),
      'briefly',
    );
    this.lanes.push(
      ...this.releaseOthers(
        held.map(({ line }) => line),
        busy,
      ),
    );
  }

  /** What is still to be written, by conversation; the other lines are done. */
  private releaseOthers(lines: readonly Line[], busy: readonly Pending[]): Lane[] {
    const held = Map.groupBy(busy, (pending) => pending.message.conversationId);
    return lines.flatMap((line) => {
      const pending = held.get(line.conversationId);
      if (!pending) this.lines.release(line);
      return pending ? { line, pending } : [];
    });
  }

  /** A conversation that someone else holds waits here on its own, until the lock's deadline. */
  private async runLane(line: Line, pending: readonly Pending[]): Promise<void> {
    const isLate = pending.every(({ since }) => performance.now() - since > LONGEST_WAIT_MS);
    const unsettled = isLate ? [...pending] : await this.commitSafely(pending, 'long');
    if (unsettled.length > 0) this.refuse(unsettled, new ParleyError('service_unavailable'));
    this.lines.release(line);
  }

  /** Whatever happens, every message is settled or returned, and no line stays busy. */
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
   * themselves. Returns the messages whose conversation is held by someone else.
   */
  private async commit(batch: readonly Pending[], wait: Wait, faults = new FaultBudget()): Promise<Pending[]> {
    let outcomes: readonly Outcome[];
    try {
      const sent = batch.map((pending) => pending.message);
      outcomes = await this.attempt(sent, wait);
    } catch (fault) {
      // Some other row or a table is held: in lanes of their own only those who need it wait for it.
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
    const held = new Set(first.map((pending) => pending.message.conversationId));
    const [behind, rest] = partition(batch.slice(middle), (pending) => held.has(pending.message.conversationId));
    return [...first, ...behind, ...(rest.length > 0 ? await this.commit(rest, wait, faults) : [])];
  }

  private async attempt(batch: readonly PreparedMessage[], wait: Wait): Promise<Outcome[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.repository.writeBatch(batch, wait);
      } catch (fault) {
        if (attempt === MOST_ATTEMPTS || !isRepeatable(fault)) throw fault;
      }
    }
  }

  private settle(batch: readonly Pending[], outcomes: readonly Outcome[]): Pending[] {
    const busy: Pending[] = [];
    const announced = new Map<string, ReturnType<typeof newMessageEvent>[]>();
    batch.forEach((pending, i) => {
      const outcome = outcomes[i] ?? { kind: 'busy' };
      if (outcome.kind === 'busy') busy.push(pending);
      else pending.resolve(outcome);
      if (outcome.kind !== 'new') return;
      const events = announced.get(outcome.message.conversationId);
      if (events) events.push(newMessageEvent(outcome.message));
      else announced.set(outcome.message.conversationId, [newMessageEvent(outcome.message)]);
    });
    for (const [conversationId, events] of announced) this.hub.announce({ conversationId, events });
    return busy;
  }

  private refuse(batch: readonly Pending[], fault: unknown): void {
    const refusal = refusalOf(fault, batch.length);
    this.log[faultLevel(fault)]({ err: fault, messages: batch.length }, 'messages could not be written');
    for (const pending of batch) pending.reject(refusal);
  }
}

function refusalOf(fault: unknown, rows: number): ParleyError {
  if (isDataFault(fault)) {
    return new ParleyError('validation_failed', { message: 'The message cannot be stored.' }, { cause: fault });
  }
  const refusal = asParleyError(fault);
  // Whose it is was not found out: each may be told to come back.
  const isOfSome = rows > 1 && refusal.code === 'internal';
  return isOfSome ? new ParleyError('service_unavailable', {}, { cause: fault }) : refusal;
}

function partition<T>(all: readonly T[], belongs: (each: T) => boolean): [T[], T[]] {
  const yes: T[] = [];
  const no: T[] = [];
  for (const each of all) (belongs(each) ? yes : no).push(each);
  return [yes, no];
}
