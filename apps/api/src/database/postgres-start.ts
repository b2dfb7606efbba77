import { setTimeout as sleep } from 'node:timers/promises';
import { type MigrationMeta, readMigrationFiles } from 'drizzle-orm/migrator';
import { Reminder } from '../kernel/reminder.js';
import { isAway, wordsOf } from './faults.js';
import { latestNote, makeNotes, migrate } from './migration-notes.js';
import { inMigrationSession, lockMigrations, MigrationLockedError, requireSchema } from './migration-session.js';
import type { PlainSession } from './plain-session.js';
import type { PostgresWatch, Starting } from './postgres-watch.js';

const RETRY_MS = 1_000;
/** The largest migration takes minutes; who has the lock for longer hangs. */
const MOST_LOCKED_MS = 15 * 60_000;
/** A migration that waits for a table makes everyone else who needs that table wait behind it. */
const LOCK_MS = 500;

/** Brings the schema up to date, one node at a time, begun anew as often as the database goes away meanwhile. */
export async function migratePostgres(watch: PostgresWatch, folder: string, starting: Starting): Promise<void> {
  const { reporter, interruption } = starting;
  const migrations = readMigrationFiles({ migrationsFolder: folder });
  const reminder = new Reminder();
  let lockedSince: number | null = null;
  for (;;) {
    try {
      return await inMigrationSession(watch, 'migration', (session) => migrateAll(session, migrations));
    } catch (fault) {
      const isLocked = fault instanceof MigrationLockedError;
      if (!isLocked && !isAway(fault)) throw fault;
      lockedSince = isLocked ? (lockedSince ?? performance.now()) : null;
      if (lockedSince !== null && performance.now() - lockedSince > MOST_LOCKED_MS) throw tooLong(wordsOf(fault));
      if (reminder.isDue(wordsOf(fault))) reporter.migrationPostponed(wordsOf(fault));
      await sleep(RETRY_MS, undefined, { signal: interruption });
    }
  }
}

const tooLong = (words: string) =>
  new Error(`The schema has been waiting for a quarter of an hour to be brought up to date; ${words}.`);

/** @throws with a sentence where the schema is older than this version. */
export async function requireMigrated(watch: PostgresWatch, folder: string): Promise<void> {
  const newest = Math.max(...readMigrationFiles({ migrationsFolder: folder }).map((each) => each.folderMillis));
  if ((await inMigrationSession(watch, 'admin', lastDone)) >= newest) return;
  throw new Error('The database has not been set up for this version of Parley. Start a node of this version first.');
}

/** When the last migration that is done was made; 0 where none is. */
const lastDone = async (session: PlainSession): Promise<number> => (await latestNote(session))?.at ?? 0;

/**
 * Each migration in a transaction of its own. Drizzle's own `migrate` has one for all of them, which would hold the
 * tables of the first while it waits for those of the second, against writers who hold those and wait for the first.
 */
async function migrateAll(session: PlainSession, migrations: readonly MigrationMeta[]): Promise<void> {
  const isDue = (last: number) => migrations.some(({ folderMillis }) => folderMillis > last);
  if (!isDue(await lastDone(session))) return;
  await lockMigrations(session);
  await session.exec(`SET lock_timeout = ${LOCK_MS}`);
  const last = await lastDone(session);
  if (last === 0) {
    await requireSchema(session);
    await makeNotes(session);
  }
  for (const migration of migrations) {
    if (migration.folderMillis <= last) continue;
    await session.exec('BEGIN');
    await migrate(session, migration);
    await session.exec('COMMIT');
  }
}
