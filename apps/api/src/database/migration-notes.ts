import type { MigrationMeta } from 'drizzle-orm/migrator';
import type { PlainSession, Queries } from './plain-session.js';

type Session = Pick<PlainSession, 'query' | 'exec'>;

/** Where Drizzle notes what is done, on both engines. */
const APART = 'drizzle.__drizzle_migrations';
/** Among our tables, where the role may neither use nor make a schema for it. */
const AMONG_OURS = '__drizzle_migrations';

/** The table of what is done, whether or not it has been made. The session has stated its settings. */
async function notesOf(session: Queries): Promise<string> {
  const [found] = await session.query<{ apart: boolean }>(
    `SELECT CASE WHEN to_regnamespace('drizzle') IS NULL THEN has_database_privilege(current_database(), 'CREATE')
      ELSE has_schema_privilege(to_regnamespace('drizzle'), 'USAGE') END AS apart`,
  );
  return found?.apart ? APART : AMONG_OURS;
}

/** What is noted of the latest migration; null where there was none. */
export async function latestNote(session: Queries): Promise<{ hash: string; at: number } | null> {
  const notes = await notesOf(session);
  const [table] = await session.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [notes]);
  if (!table?.found) return null;
  const [latest] = await session.query<{ hash: string; at: string }>(
    `SELECT hash, created_at AS at FROM ${notes} ORDER BY created_at DESC LIMIT 1`,
  );
  return latest ? { hash: latest.hash, at: Number(latest.at) } : null;
}

export async function makeNotes(session: Session): Promise<void> {
  const notes = await notesOf(session);
  if (notes === APART) await session.exec('CREATE SCHEMA IF NOT EXISTS drizzle');
  await session.exec(
    `CREATE TABLE IF NOT EXISTS ${notes} (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint)`,
  );
}

/** Runs a migration that follows those that the database has, and notes it. */
export async function migrate(session: Session, { sql, hash, folderMillis }: MigrationMeta): Promise<void> {
  // Drizzle names `public` where a table refers to another one; ours may be in a schema of the role's own.
  for (const statement of sql) await session.exec(statement.replaceAll('"public".', ''));
  await session.query(`INSERT INTO ${await notesOf(session)} (hash, created_at) VALUES ($1, $2)`, [hash, folderMillis]);
}
