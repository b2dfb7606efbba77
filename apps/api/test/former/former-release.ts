import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import type { Db } from '../../src/database/database.js';
import { openEmbedded } from '../../src/database/embedded.js';
import { EventReporter } from '../../src/platform/telemetry/event-reporter.js';
import { createLog } from '../../src/platform/telemetry/log.js';
import { databaseWith, ENGINE, MIGRATIONS, type TestDatabase } from '../test-database.js';

/** What a client of the former release was answered just before its node was killed. */
interface Answer {
  who: string;
  path: string;
  body: any;
}

interface Row {
  table: string;
  row: object;
}

/**
 * A database that the release with migration 0009 has filled through its API, row by row, and what it then answered:
 * accounts and users of a host, one disabled; a direct conversation, a group, an archived one and one that was left; each
 * kind of message, edits, a deletion, reactions, replies, mentions; markers, sessions, and a node that was killed.
 */
const LINES = readFileSync(join(import.meta.dirname, 'release-0009.ndjson'), 'utf8')
  .trim()
  .split('\n');
const RECORDS = LINES.map((line) => JSON.parse(line) as Answer | Row);
export const ANSWERS = RECORDS.filter((each): each is Answer => 'who' in each);
const TABLES = Map.groupBy(
  RECORDS.filter((each): each is Row => 'table' in each),
  ({ table }) => table,
);

export const TABLES_FILLED = [...TABLES.keys()];

export const rowsOf = (table: string) => (TABLES.get(table) ?? []).map(({ row }) => row as any);

/** Its rows in a database whose schema ends with this migration. */
export async function formerDatabase(lastMigration: number): Promise<TestDatabase> {
  const migrations = migrationsUpTo(lastMigration);
  const directory = await mkdtemp(join(tmpdir(), 'parley-test-'));
  const removeDirectory = () => rm(directory, { recursive: true, force: true, maxRetries: 5 });
  try {
    if (ENGINE === 'embedded') {
      const database = await openEmbedded(directory, migrations, new EventReporter(createLog('silent')));
      await database.transaction(load);
      await database.close();
      return { env: { DATA_DIR: directory }, remove: removeDirectory };
    }
    const { url, remove } = await databaseWith('');
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const db = drizzle(client);
    await migrate(db, { migrationsFolder: migrations });
    await load(db as unknown as Db);
    await client.end();
    const removeAll = () => Promise.all([remove(), removeDirectory()]).then(() => undefined);
    return { env: { DATABASE_URL: url, DATA_DIR: directory }, remove: removeAll };
  } finally {
    rmSync(migrations, { recursive: true });
  }
}

/** Columns that the schema does not have yet are left out. */
async function load(db: Db): Promise<void> {
  await db.execute(sql`DELETE FROM deployment`);
  for (const [table, records] of TABLES) {
    const name = sql.identifier(table);
    const rows = JSON.stringify(records.map(({ row }) => row));
    await db.execute(sql`INSERT INTO ${name} SELECT * FROM jsonb_populate_recordset(NULL::${name}, ${rows}::jsonb)`);
  }
  await db.execute(sql`UPDATE refresh_sessions SET expires_at = now() + interval '30 days'`);
}

function migrationsUpTo(last: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'parley-test-migrations-'));
  cpSync(MIGRATIONS, folder, { recursive: true });
  const journal = join(folder, 'meta/_journal.json');
  const { entries, ...rest } = JSON.parse(readFileSync(journal, 'utf8')) as { entries: { idx: number }[] };
  writeFileSync(journal, JSON.stringify({ ...rest, entries: entries.filter(({ idx }) => idx <= last) }));
  return folder;
}
