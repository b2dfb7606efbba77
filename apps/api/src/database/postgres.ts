import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import type { Logger } from 'pino';
import { ParleyError } from '../kernel/errors.js';
import { Database, type Db, type RunTransaction, refuseInsideTransaction } from './database.js';
import { isConnectionFault, translated } from './faults.js';
import * as schema from './schema/index.js';

export interface PostgresOptions {
  url: string;
  connections: number;
  name: string;
}

const ACQUIRE_MS = 5_000;
const STATEMENT_MS = 10_000;
/** Rows that someone else holds are given up after this long. */
const LOCK_MS = 2_000;
const MOST_WAITING = 2_000;

/** A node-postgres pool behind Drizzle, with a deadline on everything that can wait. */
export function openPostgres(options: PostgresOptions, log: Logger): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connections,
    connectionTimeoutMillis: ACQUIRE_MS,
    statement_timeout: STATEMENT_MS,
    // The client's own deadline, for a server that does not answer at all.
    query_timeout: STATEMENT_MS + 2_000,
    lock_timeout: LOCK_MS,
    idle_in_transaction_session_timeout: 15_000,
    keepAlive: true,
    application_name: `parley-${options.name}`,
  });
  // Without a listener on the pool and on every client a lost connection would end the process.
  pool.on('error', (fault) => log.warn({ fault: fault.message }, 'an idle database connection was lost'));
  pool.on('connect', (client) => {
    client.on('error', (fault) => log.warn({ fault: fault.message }, 'a database connection was lost'));
  });

  const guarded = {
    query: async (config: never, values: never) => {
      refuseInsideTransaction();
      refuseWhenCrowded(pool);
      try {
        return await pool.query(config, values);
      } catch (fault) {
        throw translated(fault);
      }
    },
  };
  const db: Db = drizzle({ client: guarded as unknown as pg.Pool, schema });
  return new Database(db, options.connections, transactions(pool), () => pool.end());
}

function transactions(pool: pg.Pool): RunTransaction {
  return async (work, begin) => {
    refuseWhenCrowded(pool);
    const client = await connect(pool);
    // Drizzle's own transaction would return a connection in doubt to the pool.
    let doubtful = false;
    try {
      await client.query(begin);
      const result = await work(drizzle({ client, schema }));
      await client.query('COMMIT');
      return result;
    } catch (fault) {
      doubtful = isConnectionFault(fault) || !(await rolledBack(client));
      throw translated(fault);
    } finally {
      client.release(doubtful);
    }
  };
}

async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (fault) {
    throw translated(fault);
  }
}

async function rolledBack(client: pg.PoolClient): Promise<boolean> {
  return client.query('ROLLBACK').then(
    () => true,
    () => false,
  );
}

function refuseWhenCrowded(pool: pg.Pool): void {
  if (pool.waitingCount >= MOST_WAITING) throw new ParleyError('service_unavailable');
}
