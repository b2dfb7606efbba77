import { setTimeout as sleep } from 'node:timers/promises';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import type { Logger } from 'pino';
import { isAway } from './faults.js';
import type { PostgresWatch } from './postgres-watch.js';

/** Any number that nothing else in the database uses for its advisory locks. */
const MIGRATION_LOCK = 7_265_003_001;
const RETRY_MS = 1_000;
/** A migration that waits for a table makes everyone else who needs that table wait behind it. */
const LOCK_MS = 500;
const CONNECT_MS = 5_000;

/** Brings the schema up to date, one node at a time, begun anew as often as the database goes away meanwhile. */
export async function migratePostgres(watch: PostgresWatch, folder: string, log: Logger): Promise<void> {
  for (;;) {
    try {
      return await migrateOnce(watch, folder);
    } catch (fault) {
      if (!isAway(fault)) throw fault;
      log.warn(
        { fault: (fault as Error).message },
        'the schema could not be brought up to date; it will be tried again',
      );
      await sleep(RETRY_MS);
    }
  }
}

async function migrateOnce(watch: PostgresWatch, folder: string): Promise<void> {
  const client = new pg.Client({
    ...watch.connectionOptions('migration'),
    connectionTimeoutMillis: CONNECT_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await client.query(`SET lock_timeout = ${LOCK_MS}`);
    await migrate(drizzle({ client }), { migrationsFolder: folder });
  } finally {
    await client.end();
  }
}
