import { fileURLToPath } from 'node:url';
import { type MigrationMeta, readMigrationFiles } from 'drizzle-orm/migrator';
import { latestNote, makeNotes, migrate } from './migration-notes.js';
import type { PlainSession, Queries } from './plain-session.js';

const MIGRATIONS = fileURLToPath(new URL('../../../../drizzle', import.meta.url));

/** The migrations of this build, in their order. */
export const migrationsHere = (): MigrationMeta[] => readMigrationFiles({ migrationsFolder: MIGRATIONS });

/** The hash of the latest migration of a database; null where there was none. */
export async function schemaOf(session: Queries): Promise<string | null> {
  return (await latestNote(session))?.hash ?? null;
}

/** How many of the migrations lead to a schema: 0 for null, and null where this build does not know it. */
export function placeOf(hash: string | null, migrations: readonly MigrationMeta[]): number | null {
  if (hash === null) return 0;
  const place = migrations.findIndex((each) => each.hash === hash);
  return place === -1 ? null : place + 1;
}

/** Runs these migrations, which follow those that the database has, and notes them as a node does. */
export async function runMigrations(session: PlainSession, migrations: readonly MigrationMeta[]): Promise<void> {
  await makeNotes(session);
  for (const migration of migrations) await migrate(session, migration);
}
