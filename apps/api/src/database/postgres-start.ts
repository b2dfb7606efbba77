import { setTimeout as sleep } from 'node:timers/promises';
import { type MigrationMeta, readMigrationFiles } from 'drizzle-orm/migrator';
import pg from 'pg';
import { isAway, wordsOf } from './faults.js';
import type { PostgresWatch, Starting } from './postgres-watch.js';

/** Any number that nothing else in the database uses for its advisory locks. */
const MIGRATION_LOCK = 7_265_003_001;
const RETRY_MS = 1_000;
const REMIND_EVERY_MS = 15_000;
/** A migration that waits for a table makes everyone else who needs that table wait behind it. */
const LOCK_MS = 500;
const CONNECT_MS = 5_000;
/** Where Drizzle notes what is done, as it does on the embedded database. */
const DONE = 'drizzle.__drizzle_migrations';

/** Brings the schema up to date, one node at a time, begun anew as often as the database goes away meanwhile. */
export async function migratePostgres(watch: PostgresWatch, folder: string, starting: Starting): Promise<void> {
  const { reporter, interruption } = starting;
  const migrations = readMigrationFiles({ migrationsFolder: folder });
  let remindedAt = Number.NEGATIVE_INFINITY;
  for (;;) {
    try {
      return await migrateAll(watch, migrations);
    } catch (fault) {
      if (!isAway(fault)) throw fault;
      if (performance.now() - remindedAt > REMIND_EVERY_MS) {
        remindedAt = performance.now();
        reporter.migrationPostponed(wordsOf(fault));
      }
      await sleep(RETRY_MS, undefined, { signal: interruption });
    }
  }
}

/** @throws with a sentence where the schema is older than this version. */
export async function requireMigrated(watch: PostgresWatch, folder: string): Promise<void> {
  const client = new pg.Client({ ...watch.connectionOptions('admin'), connectionTimeoutMillis: CONNECT_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ done: boolean }>('SELECT to_regclass($1) IS NOT NULL AS done', [DONE]);
    const last = rows[0]?.done ? await client.query<{ at: string }>(`SELECT max(created_at) AS at FROM ${DONE}`) : null;
    const newest = Math.max(...readMigrationFiles({ migrationsFolder: folder }).map((each) => each.folderMillis));
    if (Number(last?.rows[0]?.at ?? 0) >= newest) return;
  } finally {
    await client.end();
  }
  throw new Error('The database has not been set up for this version of Parley. Start a node of this version first.');
}

/**
 * Each migration in a transaction of its own. Drizzle's own `migrate` has one for all of them, which would hold the
 * tables of the first while it waits for those of the second, against writers who hold those and wait for the first.
 */
async function migrateAll(watch: PostgresWatch, migrations: readonly MigrationMeta[]): Promise<void> {
  const client = new pg.Client({
    ...watch.connectionOptions('migration'),
    connectionTimeoutMillis: CONNECT_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await watch.state(client);
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await client.query(`SET lock_timeout = ${LOCK_MS}`);
    await client.query('CREATE SCHEMA IF NOT EXISTS drizzle');
    await client.query(
      `CREATE TABLE IF NOT EXISTS ${DONE} (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint)`,
    );
    const { rows } = await client.query<{ last: string | null }>(`SELECT max(created_at) AS last FROM ${DONE}`);
    const last = Number(rows[0]?.last ?? 0);
    for (const migration of migrations) if (migration.folderMillis > last) await migrateOne(client, migration);
  } finally {
    await client.end();
  }
}

async function migrateOne(client: pg.Client, { sql, hash, folderMillis }: MigrationMeta): Promise<void> {
  await client.query('BEGIN');
  for (const statement of sql) await client.query(statement);
  await client.query(`INSERT INTO ${DONE} (hash, created_at) VALUES ($1, $2)`, [hash, folderMillis]);
  await client.query('COMMIT');
}
