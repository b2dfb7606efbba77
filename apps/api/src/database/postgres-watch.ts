import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { type Availability, AvailabilityState } from './availability.js';
import type { DatabaseReporter } from './database-reporter.js';
import { DatabaseSockets } from './database-sockets.js';
import { requireUtf8 } from './encoding.js';
import { isAway, isOutOfSlots, isUnfit, wordsOf } from './faults.js';
import { IS_READ_ONLY, ReadOnlyError, tryWriting } from './fitness.js';
import { requireOwnSession, SharedSessionError } from './own-session.js';
import { plain } from './plain-session.js';
import * as schema from './schema/index.js';
import { stateSettings } from './session-settings.js';

type Answer = 'good' | 'fault' | 'none';

/**
 * How the lock of nodes is taken on the database: by one that must be the only one, by one of several, which reach each
 * other through Redis, or not, by what is no node and may run beside any.
 */
export type NodeLock = 'exclusive' | 'shared' | 'none';

/** What a start goes by that may have to wait. */
export interface Starting {
  reporter: DatabaseReporter;
  /** Ends the waiting. */
  interruption: AbortSignal;
}

/** Any number that nothing else in the database uses for its advisory locks. */
export const NODE_LOCK = 7_265_003_002;
const ASK_EVERY_MS = 1_000;
/** No answer to `SELECT 1` for so long: the way to the database is dead, or the database is. */
const TIMEOUT_MS = 2_000;
const TICK_MS = 250;
/** How long a new session may take: while all is cut only so long, because an attempt may be lost on a dead link. */
const CONNECT_MS = { up: 5_000, down: 2_500 };
const RETRY_MS = 500;
const CLAIM_ATTEMPTS = 6;
const CLAIM_AGAIN = { attempts: 15, everyMs: 100 };
const REMIND_EVERY_MS = 15_000;

/**
 * A session of its own that asks the database every second whether it answers and can be written to, and that keeps the
 * advisory lock of a node that runs alone or with others. It decides for all connections: without an answer it closes
 * them and every command is refused at once, until the database answers again. So no command has to time out to find
 * that out.
 */
export class PostgresWatch implements Availability {
  readonly links = new DatabaseSockets();
  private readonly processName = randomBytes(4).toString('hex');
  private readonly availability: AvailabilityState;
  private readonly closing = new AbortController();
  /** A statement failed by the state of the server: whether anything can be written is to be tried. */
  private isDoubted = false;
  private wake = new AbortController();
  private holdsLock = false;
  /** The process of the server by which the session was served so far; another one: a pooler has begun to share it. */
  private servedBy: number | null = null;
  private watching: Promise<void> | null = null;

  private constructor(
    private readonly url: string,
    private readonly lock: NodeLock,
    private readonly reporter: DatabaseReporter,
  ) {
    this.availability = new AvailabilityState(reporter);
  }

  /**
   * Waits for the database as long as it takes, or until the interruption.
   * @throws with a sentence where a node runs that this one must not run beside, or where waiting cannot help.
   */
  static async start(url: string, lock: NodeLock, { reporter, interruption }: Starting): Promise<PostgresWatch> {
    const watch = new PostgresWatch(url, lock, reporter);
    const session = await watch.first(interruption);
    watch.watching = watch.watchOver(session);
    return watch;
  }

  get isUp(): boolean {
    return this.availability.isUp;
  }

  onChange(listener: (isUp: boolean) => void): () => void {
    return this.availability.onChange(listener);
  }

  /** Takes every fault of a statement; one about the server's state is looked into at once. */
  note(fault: unknown): void {
    if (!isUnfit(fault)) return;
    this.isDoubted = true;
    this.wake.abort();
  }

  /** What every connection of this node has in common. Poolers refuse or drop settings here: see `stateSettings`. */
  connectionOptions(purpose: string): pg.ClientConfig {
    return {
      connectionString: this.url,
      stream: this.links.open,
      keepAlive: true,
      application_name: `parley-${purpose}-${this.processName}`,
    };
  }

  /** Gives the lock back and ends all connections. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.watching;
    this.links.disconnect();
  }

  private async first(interruption: AbortSignal): Promise<pg.Client> {
    let remindedAt = Number.NEGATIVE_INFINITY;
    for (let refused = 0; refused < CLAIM_ATTEMPTS; ) {
      try {
        const session = await this.claimed();
        if (session) return session;
        refused += 1;
      } catch (fault) {
        if (!isAway(fault)) throw fault;
        if (performance.now() - remindedAt > REMIND_EVERY_MS) {
          remindedAt = performance.now();
          this.reporter.databaseAwaited(wordsOf(fault));
        }
      }
      await pause(RETRY_MS, interruption);
      interruption.throwIfAborted();
    }
    throw new Error(this.claim?.refusal);
  }

  /** A session that holds the lock; null where another node does. */
  private async claimed(): Promise<pg.Client | null> {
    const session = await this.connect();
    if (await this.claims(session)) return session;
    void session.end();
    return null;
  }

  private async watchOver(first: pg.Client): Promise<void> {
    let session: pg.Client | null = first;
    while (!this.closing.signal.aborted) {
      if (session) await this.untilLost(session);
      else await pause(RETRY_MS, this.closing.signal);
      if (this.closing.signal.aborted) break;
      void session?.end();
      session = await this.again();
    }
    // Where the way is dead the end is not confirmed either.
    await Promise.race([session?.end(), sleep(TIMEOUT_MS, undefined, { ref: false })]);
  }

  /** Asks every second; returns when the session has ended or does not answer any more. */
  private async untilLost(session: pg.Client): Promise<void> {
    const lost = new AbortController();
    session.once('end', () => lost.abort());
    const either = AbortSignal.any([lost.signal, this.closing.signal]);
    while (!either.aborted) {
      this.wake = new AbortController();
      const answer = await patiently(this.ask(session), () => this.links.bytesHeard);
      if (answer === 'none') this.turn(false, 'it gave no answer');
      if (answer !== 'good') return;
      if (!this.isDoubted) await pause(ASK_EVERY_MS, AbortSignal.any([either, this.wake.signal]));
    }
  }

  private async ask(session: pg.Client): Promise<void> {
    if (!this.holdsLock) await this.claims(session);
    await this.requireFitness(session).catch((fault: unknown) => {
      if (isUnfit(fault) || fault instanceof ReadOnlyError) this.turn(false, wordsOf(fault));
      throw fault;
    });
  }

  /** Writing is tried only where it is uncertain: after a fault, and before a database that was away is used again. */
  private async requireFitness(session: pg.Client): Promise<void> {
    const asked = `SELECT pg_backend_pid() AS pid, (${IS_READ_ONLY}) AS "isReadOnly"`;
    const { rows } = await session.query<{ pid: number; isReadOnly: boolean }>(asked);
    const [{ pid, isReadOnly } = { pid: 0, isReadOnly: true }] = rows;
    this.servedBy ??= pid;
    if (pid !== this.servedBy) throw new SharedSessionError();
    if (isReadOnly) throw new ReadOnlyError();
    if (!this.isDoubted && this.isUp) return;
    this.isDoubted = false;
    await tryWriting(drizzle({ client: session, schema })).catch((fault: unknown) => {
      this.isDoubted = true;
      throw fault;
    });
  }

  /** A new session in place of a lost one; null where there is none to be had. */
  private async again(): Promise<pg.Client | null> {
    this.holdsLock = false;
    try {
      const session = await this.connect();
      // All our connections were cut: what the server still takes for ours only holds locks.
      if (!this.isUp) await this.endLeftSessions(session);
      await this.claimsAgain(session);
      await this.requireFitness(session);
      this.turn(true);
      return session;
    } catch (fault) {
      // A server that has no connection left for us answers: the others may be fine.
      if (isOutOfSlots(fault)) this.turn(true);
      else this.turn(false, wordsOf(fault));
      return null;
    }
  }

  /** A session of which it is known that it is ours alone. */
  private async connect(): Promise<pg.Client> {
    const session = await this.open();
    this.servedBy = null;
    try {
      await requireOwnSession(session, () => this.open());
      await stateSettings(session);
      await requireUtf8(plain(session));
      return session;
    } catch (fault) {
      void session.end();
      throw fault;
    }
  }

  private async open(): Promise<pg.Client> {
    const client = new pg.Client({
      ...this.connectionOptions('watch'),
      connectionTimeoutMillis: this.isUp ? CONNECT_MS.up : CONNECT_MS.down,
      query_timeout: TIMEOUT_MS * 4,
    });
    client.on('error', (fault) => this.reporter.watchSessionLost(fault.message));
    await client.connect();
    return client;
  }

  private get claim() {
    return this.lock === 'none' ? null : CLAIMS[this.lock];
  }

  private async claims(session: pg.Client): Promise<boolean> {
    this.holdsLock = this.claim === null || (await this.take(session, this.claim.statement));
    return this.holdsLock;
  }

  /** The lock may still be held by a session of ours that the server is about to end. */
  private async claimsAgain(session: pg.Client): Promise<void> {
    for (let attempt = 0; attempt < CLAIM_AGAIN.attempts; attempt += 1) {
      if (await this.claims(session)) return;
      await pause(CLAIM_AGAIN.everyMs, this.closing.signal);
    }
    if (this.claim) this.reporter.databaseShared(this.claim.refusal);
  }

  private async take(session: pg.Client, statement: string): Promise<boolean> {
    const { rows } = await session.query<{ taken: boolean }>(statement, [NODE_LOCK]);
    return rows[0]?.taken ?? false;
  }

  private async endLeftSessions(session: pg.Client): Promise<void> {
    await session.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name LIKE 'parley-%' AND right(application_name, 8) = $1 AND pid <> pg_backend_pid()`,
      [this.processName],
    );
  }

  private turn(isUp: boolean, reason = ''): void {
    if (!isUp) this.links.disconnect();
    this.availability.set(isUp, () => this.reporter.databaseAway(reason));
  }
}

/** How each lock is taken, and what is said where another node holds it. */
const CLAIMS = {
  exclusive: {
    statement: 'SELECT pg_try_advisory_lock($1) AS taken',
    refusal: 'Another Parley node is using this database. Set REDIS_URL on all of them to run several nodes.',
  },
  shared: {
    statement: 'SELECT pg_try_advisory_lock_shared($1) AS taken',
    refusal:
      'Another Parley node is using this database without Redis. Stop it, or set REDIS_URL there too, the same on all nodes.',
  },
} as const;

/**
 * Waits for an answer for as long as the database sends anything on any connection: one that answers others is only
 * slow, and the statement's own deadline ends that. Silence is counted in turns of the event loop, because a process
 * that was suspended has not waited.
 */
function patiently(asked: Promise<void>, bytesHeard: () => number): Promise<Answer> {
  return new Promise((resolve) => {
    let heard = bytesHeard();
    let ticks = 0;
    const settle = (answer: Answer) => {
      clearInterval(timer);
      resolve(answer);
    };
    const timer = setInterval(() => {
      const now = bytesHeard();
      ticks = now > heard ? 0 : ticks + 1;
      heard = now;
      if (ticks === TIMEOUT_MS / TICK_MS) settle('none');
    }, TICK_MS);
    asked.then(
      () => settle('good'),
      () => settle('fault'),
    );
  });
}

async function pause(ms: number, until?: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: until }).catch(() => undefined);
}
