import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { migrationsHere, placeOf, runMigrations, schemaOf } from '../database/schema-state.js';
import { insertRows, tablesIn } from '../database/table-rows.js';
import type { FileStore } from '../platform/storage/file-store.js';
import { wholeOf } from './archive-reader.js';
import { type CheckedArchive, filesIn } from './checked-archive.js';
import { restoreContent } from './contents.js';
import { CONTENTS, TABLES, tableOf } from './manifest.js';
import { grouped, megabytes, type Progress } from './progress.js';
import type { RestoreTarget } from './restore-target.js';
import { removeInitialRows, renewEpoch } from './restored.repository.js';

const unpacked = promisify(gunzip);
/** Of rows that come together, packed or not. */
const MOST_CHUNK_BYTES = 67_108_864;

export interface RestoreParts {
  target: RestoreTarget;
  store: FileStore;
  progress: Progress;
}

/**
 * Brings back the contents of files, which nothing refers to yet, and then the rows: into the tables as they were when the backup
 * was made, which are brought up to date last. @throws with a sentence where the versions do not fit.
 */
export async function restore(backup: CheckedArchive, parts: RestoreParts): Promise<void> {
  const { session } = parts.target;
  const { version, schema } = backup.header;
  const migrations = migrationsHere();
  const place = placeOf(schema, migrations);
  if (place === null)
    throw new Error(`The backup is of Parley ${version}, which is newer. Restore it with that version.`);
  const present = placeOf(await schemaOf(session), migrations);
  if (present === null || present > place) {
    throw new Error('The tables of this database are newer than the backup. Restore it where no node has run yet.');
  }
  await restoreContents(backup, parts);
  await runMigrations(session, migrations.slice(present, place));
  await removeInitialRows(session);
  await restoreRows(backup, parts);
  await renewEpoch(session);
  await runMigrations(session, migrations.slice(place));
}

async function restoreContents(backup: CheckedArchive, { store, progress }: RestoreParts): Promise<void> {
  const all = backup.end.contents;
  let [count, bytes] = [0, 0];
  for await (const file of filesIn(backup)) {
    if (!file.name.startsWith(CONTENTS)) continue;
    await restoreContent(store, file);
    count += 1;
    bytes += file.size;
    progress.at(
      () => `files: ${grouped(count)} of ${grouped(all.count)}, ${megabytes(bytes)} of ${megabytes(all.bytes)}`,
    );
  }
}

async function restoreRows(backup: CheckedArchive, { target, progress }: RestoreParts): Promise<void> {
  const { rows } = backup.end;
  const restored = new Map((await tablesIn(target.session)).map((table) => [table, 0]));
  for await (const file of filesIn(backup)) {
    if (!file.name.startsWith(TABLES)) continue;
    const table = tableOf(file.name);
    const before = restored.get(table);
    if (before === undefined) throw new Error(`The backup has rows of a table that is not known: ${table}.`);
    const lines = await unpacked(await wholeOf(file, MOST_CHUNK_BYTES), { maxOutputLength: MOST_CHUNK_BYTES });
    const now = before + (await insertRows(target.session, table, lines.toString()));
    restored.set(table, now);
    await target.written(lines.length);
    progress.at(() => `${table}: ${grouped(now)} of ${grouped(rows[table] ?? 0)} rows`);
  }
  for (const [table, count] of restored) {
    if (count !== (rows[table] ?? 0)) throw new Error(`${count} rows of ${table} came, and should be ${rows[table]}.`);
  }
}
