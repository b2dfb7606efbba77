import { AsyncLocalStorage } from 'node:async_hooks';
import { sql } from 'drizzle-orm';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type { Availability } from './availability.js';
import { isRepeatable } from './faults.js';
import type * as schema from './schema/index.js';

/** A Drizzle handle, whichever engine is behind it. */
export type Db = PgDatabase<PgQueryResultHKT, typeof schema>;

export interface TransactionOptions {
  /** `repeatable read` gives every statement of the transaction the same snapshot. */
  isolation?: 'read committed' | 'repeatable read';
  readOnly?: boolean;
}

/** How an engine runs a transaction on one connection of its own. */
export type RunTransaction = <T>(work: (tx: Db) => Promise<T>, begin: string) => Promise<T>;

const insideTransaction = new AsyncLocalStorage<true>();

/** Throws where a statement would wait for the very transaction that it is called from. */
export function refuseInsideTransaction(): void {
  if (insideTransaction.getStore()) throw new Error('Use the transaction handle inside a transaction.');
}

const MOST_ATTEMPTS = 4;

/** Connections in use and not, and who waits for one. */
export interface PoolUsage {
  busy: number;
  idle: number;
  waiting: number;
}

/** What an engine brings. */
export interface Engine {
  db: Db;
  parallelism: number;
  transaction: RunTransaction;
  availability: Availability;
  usage(): PoolUsage;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** The database as the repositories see it: one handle for single statements, and transactions. */
export class Database {
  /** For single statements; inside a transaction use its own handle. */
  readonly db: Db;
  /** How many transactions may run at the same moment to any good. */
  readonly parallelism: number;
  /** While it is down every statement is refused at once with `service_unavailable`. */
  readonly availability: Availability;
  /** Whether the files of the embedded database are being copied, log and all: nothing of it may go. */
  keepsLog = false;

  constructor(private readonly engine: Engine) {
    this.db = engine.db;
    this.parallelism = engine.parallelism;
    this.availability = engine.availability;
  }

  /** Resolves if the database can be used. With a pool nothing is asked: what watches it knows. */
  ping(): Promise<void> {
    return this.engine.ping();
  }

  /** Resolves once the database has answered, as it would a command: waiting for a connection counts. */
  async answer(): Promise<void> {
    await this.db.execute(sql`SELECT 1`);
  }

  close(): Promise<void> {
    return this.engine.close();
  }

  usage(): PoolUsage {
    return this.engine.usage();
  }

  /**
   * Runs `work` in a transaction and commits it. A deadlock or serialization failure repeats the whole, at most three
   * times; a connection lost at any point, COMMIT included, is `service_unavailable`.
   */
  async transaction<T>(work: (tx: Db) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    refuseInsideTransaction();
    const begin = `BEGIN ISOLATION LEVEL ${(options.isolation ?? 'read committed').toUpperCase()}${options.readOnly ? ' READ ONLY' : ''}`;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.engine.transaction((tx) => insideTransaction.run(true, () => work(tx)), begin);
      } catch (fault) {
        if (attempt === MOST_ATTEMPTS || !isRepeatable(fault)) throw fault;
      }
    }
  }
}
