import { fileURLToPath } from 'node:url';
import { type MigrationMeta, readMigrationFiles } from 'drizzle-orm/migrator';
import type { PlainSession } from './plain-session.js';

/** Where Drizzle notes what is done, on both engines. */
const DONE = 'drizzle.__drizzle_migrations';
const MIGRATIONS = fileURLToPath(new URL('../../../../drizzle', import.meta.url));

/** The migrations of this build, in their order. */
export const migrationsHere = (): MigrationMeta[] => readMigrationFiles({ migrationsFolder: MIGRATIONS });

/** The hash of the latest migration of a database; null where there was none. */
export async function schemaOf(session: PlainSession): Promise<string | null> {
  const [table] = await session.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [DONE]);
  if (!table?.found) return null;
  const [latest] = await session.query<{ hash: string }>(`SELECT hash FROM ${DONE} ORDER BY created_at DESC LIMIT 1`);
  return latest?.hash ?? null;
}

/** How many of the migrations lead to a schema: 0 for null, and null where this build does not know it. */
export function placeOf(hash: string | null, migrations: readonly MigrationMeta[]): number | null {
  if (hash === null) return 0;
  const place = migrations.findIndex((each) => each.hash === hash);
  return place === -1 ? null : place + 1;
}

/** Runs these migrations, which follow those that the database has, and notes them as a node does. */
export async function runMigrations(session: PlainSession, migrations: readonly MigrationMeta[]): Promise<void> {
  await session.exec('CREATE SCHEMA IF NOT EXISTS drizzle');
  await session.exec(
    `CREATE TABLE IF NOT EXISTS ${DONE} (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint)`,
  );
  for (const { sql, hash, folderMillis } of migrations) {
    for (const statement of sql) await session.exec(statement);
    await session.query(`INSERT INTO ${DONE} (hash, created_at) VALUES ($1, $2)`, [hash, folderMillis]);
  }
}
