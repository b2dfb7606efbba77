import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { ParleyError } from '../kernel/errors.js';
import { Reminder } from '../kernel/reminder.js';
import { Semaphore } from '../kernel/semaphore.js';
import { Database, type Db, type RunTransaction, refuseInsideTransaction } from './database.js';
import type { DatabaseReporter } from './database-reporter.js';
import { isConnectionFault, translated, wordsOf } from './faults.js';
import { NamedStatements } from './named-statements.js';
import type { PostgresWatch } from './postgres-watch.js';
import * as schema from './schema/index.js';
import { stateSettings } from './session-settings.js';

export interface PostgresOptions {
  connections: number;
  name: string;
}

/** How long a new connection may take, and how long anything waits for one to be free, on a database that is there. */
const ACQUIRE_MS = 5_000;
const STATEMENT_MS = 10_000;
/** Rows that someone else holds are given up after this long. */
const LOCK_MS = 2_000;
/** A node that was cut off in the middle of a transaction holds its rows no longer than this; a slow one takes seconds. */
const IDLE_IN_TRANSACTION_MS = 10_000;
const DEADLINES = {
  statement_timeout: String(STATEMENT_MS),
  lock_timeout: String(LOCK_MS),
  idle_in_transaction_session_timeout: String(IDLE_IN_TRANSACTION_MS),
};
const FIRST = { settings: DEADLINES, timeoutMs: ACQUIRE_MS };
const MOST_WAITING = 2_000;
/** After a refused connection no other is tried for so long, to spare a server in trouble. */
const REFUSED_PAUSE_MS = 200;
const RETRY_AFTER_MS = 1_000;

/** To make a handle takes Drizzle longer than most transactions take this process: so each connection has one. */
class Handles {
  private readonly made = new WeakMap<pg.PoolClient, Db>();

  constructor(private readonly make: (client: pg.PoolClient) => Db) {}

  of(client: pg.PoolClient): Db {
    const handle = this.made.get(client) ?? this.make(client);
    this.made.set(client, handle);
    return handle;
  }
}

/** A node-postgres pool behind Drizzle, with a deadline on everything that can wait. */
export function openPostgres(options: PostgresOptions, watch: PostgresWatch, reporter: DatabaseReporter): Database {
  const { connections } = options;
  const pool = openPool(options, watch, reporter);
  const reminder = new Reminder();
  const connect = connector(pool, (reason) => {
    if (watch.isUp && reminder.isDue(reason)) reporter.connectionMissed(reason);
  });
  const statements = new NamedStatements();
  const handles = new Handles((client) => drizzle({ client: statements.on(client) as pg.PoolClient, schema }));
  const turns = new Semaphore({
    atOnce: connections,
    mostWaiting: MOST_WAITING,
    timeoutMs: ACQUIRE_MS,
    retryAfterMs: RETRY_AFTER_MS,
  });
  watch.onChange((isUp) => {
    if (!isUp) turns.refuseWaiting();
  });
  const within = async <T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
    refuseInsideTransaction();
    if (!watch.isUp) throw away();
    return turns.within(async () => {
      const client = await connect();
      return work(client).catch((fault: unknown) => {
        watch.note(fault);
        throw fault;
      });
    });
  };

  const single = {
    query: (config: never, values: never) =>
      within((client) => runSingle(client, () => statements.on(client).query(config, values))),
  };
  const transaction: RunTransaction = (work, begin) =>
    within((client) => runTransaction(client, begin, () => work(handles.of(client))));
  return new Database({
    db: drizzle({ client: single as unknown as pg.Pool, schema }),
    parallelism: connections,
    transaction,
    availability: watch,
    usage: () => ({ busy: pool.totalCount - pool.idleCount, idle: pool.idleCount, waiting: turns.waitingCount }),
    ping: async () => {
      if (!watch.isUp) throw away();
    },
    close: () => pool.end(),
  });
}

const away = (cause?: unknown) =>
  new ParleyError('service_unavailable', { retryAfterMs: RETRY_AFTER_MS, isReported: true }, { cause });

function openPool({ connections, name }: PostgresOptions, watch: PostgresWatch, reporter: DatabaseReporter): pg.Pool {
  const pool = new pg.Pool({
    ...watch.connectionOptions(name),
    max: connections,
    connectionTimeoutMillis: ACQUIRE_MS,
    // The client's own deadline, for a connection of which nothing is left but this end.
    query_timeout: STATEMENT_MS + 2_000,
    // The pool awaits it, though its type does not declare that. A pooler without a session left lets it wait.
    onConnect: ((client: pg.PoolClient) => stateSettings(client, FIRST)) as () => never,
  });
  // Without a listener on the pool and on every client a lost connection would end the process.
  pool.on('error', (fault) => reporter.idleConnectionLost(fault.message, !watch.isUp));
  pool.on('connect', (client) => {
    client.on('error', (fault) => reporter.busyConnectionLost(fault.message, !watch.isUp));
  });
  return pool;
}

/** Takes a connection from the pool; where there is none and the last attempt just failed, it fails at once. */
function connector(pool: pg.Pool, report: (reason: string) => void): () => Promise<pg.PoolClient> {
  let refused: { at: number; fault: ParleyError } | null = null;
  return async () => {
    if (refused && pool.idleCount === 0 && performance.now() - refused.at < REFUSED_PAUSE_MS) throw refused.fault;
    try {
      const client = await pool.connect();
      refused = null;
      return client;
    } catch (fault) {
      // Whatever the reason, the caller can only come back later.
      refused = { at: performance.now(), fault: away(fault) };
      report(wordsOf(fault));
      throw refused.fault;
    }
  };
}

async function runSingle(client: pg.PoolClient, ask: () => Promise<unknown>): Promise<unknown> {
  try {
    const result = await ask();
    client.release();
    return result;
  } catch (fault) {
    client.release(isConnectionFault(fault));
    throw translated(fault);
  }
}

async function runTransaction<T>(client: pg.PoolClient, begin: string, work: () => Promise<T>): Promise<T> {
  // Drizzle's own transaction would return a connection that may be broken to the pool.
  let doubtful = false;
  try {
    await client.query(begin);
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (fault) {
    doubtful = isConnectionFault(fault) || !(await rolledBack(client));
    throw translated(fault);
  } finally {
    client.release(doubtful);
  }
}

async function rolledBack(client: pg.PoolClient): Promise<boolean> {
  return client.query('ROLLBACK').then(
    () => true,
    () => false,
  );
}
