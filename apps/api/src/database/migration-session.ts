import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type PlainSession, plain } from './plain-session.js';
import type { PostgresWatch } from './postgres-watch.js';
import { stateSettings } from './session-settings.js';

/** Any number that nothing else in the database uses for its advisory locks. */
const MIGRATION_LOCK = 7_265_003_001;
const CONNECT_MS = 5_000;
const LOCK_AGAIN = { attempts: 20, everyMs: 100 };

/** Another session has the lock of migrations. */
export class MigrationLockedError extends Error {}

/** Works in a session of its own, in which our tables are found, and which ends with it. */
export async function inMigrationSession<T>(
  watch: PostgresWatch,
  purpose: string,
  work: (session: PlainSession) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ ...watch.connectionOptions(purpose), connectionTimeoutMillis: CONNECT_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await stateSettings(client);
    return await work(plain(client));
  } finally {
    await client.end();
  }
}

/**
 * Lets one node at a time change the schema, until the session ends.
 * @throws MigrationLockedError, which names who has the lock, after two seconds.
 */
export async function lockMigrations(session: PlainSession): Promise<void> {
  for (let attempt = 0; attempt < LOCK_AGAIN.attempts; attempt += 1) {
    const [lock] = await session.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [
      MIGRATION_LOCK,
    ]);
    if (lock?.taken) return;
    await sleep(LOCK_AGAIN.everyMs);
  }
  throw new MigrationLockedError(`another node is at it: ${await holder(session)}`);
}

async function holder(session: PlainSession): Promise<string> {
  const [who] = await session.query<{ words: string }>(
    `SELECT format('process %s of the database, %s, connected since %s', pid, application_name, backend_start) AS words
      FROM pg_locks JOIN pg_stat_activity USING (pid)
      WHERE locktype = 'advisory' AND granted AND classid = $1::bigint >> 32 AND objid = $1::bigint & 4294967295
        AND datname = current_database()`,
    [MIGRATION_LOCK],
  );
  return who?.words ?? 'it has just ended';
}

/** @throws with a sentence where the role may not make our tables where it would make them. */
export async function requireSchema(session: PlainSession): Promise<void> {
  const [first] = await session.query<{ schema: string | null; may: boolean; role: string }>(
    `SELECT current_schema() AS schema, coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS may,
      current_user AS role`,
  );
  const { schema = null, may = false, role = '' } = first ?? {};
  if (may) return;
  throw new Error(
    `The role ${role} may not make tables in ${schema === null ? 'any schema' : `the schema ${schema}`}. ` +
      'Make it the owner of the database or of a schema, and have that one found first: ALTER ROLE … SET search_path = ….',
  );
}
