import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { PlainSession } from '../database/plain-session.js';
import { rowsIn, tablesIn } from '../database/table-rows.js';
import type { FileStore } from '../platform/storage/file-store.js';
import { VERSION } from '../realtime/version.js';
import type { ArchiveWriter } from './archive-writer.js';
import { addContent } from './contents.js';
import { type BackupEnd, chunkName, END, endOf, HEADER, headerOf } from './manifest.js';
import { grouped, megabytes, type Progress } from './progress.js';
import { beginSnapshot, contentsIn, endSnapshot, neededAmong } from './snapshot.repository.js';

const packed = promisify(gzip);
/** Rows repeat the names of their columns: the fastest level takes most of it. */
const FAST = { level: constants.Z_BEST_SPEED };
/** Contents that the store does not have, whose rows are looked at together. */
const MISSING_AT_ONCE = 500;
/** Of them that are named. */
const MOST_EXAMPLES = 3;

export interface BackupParts {
  session: PlainSession;
  store: FileStore;
  progress: Progress;
}

export interface LostContents {
  count: number;
  examples: string[];
}

/** What was written. */
export interface WrittenBackup extends Omit<BackupEnd, 'sha256'> {
  /** The missing contents that nobody can have removed meanwhile: the store has lost them or a part of them, or is another one. */
  lost: LostContents;
}

/** Writes all rows of one moment, and then the contents of the files that they know of. */
export async function writeBackup(archive: ArchiveWriter, parts: BackupParts): Promise<WrittenBackup> {
  const { session } = parts;
  await archive.add(HEADER, headerOf({ version: VERSION, ...(await beginSnapshot(session)) }));
  const rows: Record<string, number> = {};
  for (const table of await tablesIn(session)) rows[table] = await addTable(archive, table, parts);
  await endSnapshot(session);
  const { lost, ...contents } = await addContents(archive, parts);
  await archive.add(END, endOf({ rows, contents, sha256: archive.sha256 }));
  return { rows, contents, lost };
}

async function addTable(archive: ArchiveWriter, table: string, { session, progress }: BackupParts): Promise<number> {
  let [rows, chunks] = [0, 0];
  for await (const chunk of rowsIn(session, table)) {
    chunks += 1;
    rows += chunk.rows;
    await archive.add(chunkName(table, chunks), await packed(chunk.lines, FAST));
    progress.at(() => `${table}: ${grouped(rows)} rows, ${megabytes(archive.bytes)} in all`);
  }
  return rows;
}

async function addContents(archive: ArchiveWriter, { session, store, progress }: BackupParts) {
  const counted = { count: 0, bytes: 0, missing: 0 };
  const missing: string[] = [];
  const [needed, all] = [noneLost(), noneLost()];
  const note = async () => {
    const ids = missing.splice(0);
    counted.missing += ids.length;
    addLost(needed, await neededAmong(session, ids));
    addLost(all, ids);
  };
  for await (const row of contentsIn(session)) {
    progress.at(() => `files: ${grouped(counted.count)}, ${megabytes(counted.bytes)}`);
    if (await addContent(archive, store, row)) {
      counted.count += 1;
      counted.bytes += row.size;
    } else if (missing.push(row.id) === MISSING_AT_ONCE) await note();
  }
  await note();
  // A store that has none of them is not the one.
  return { ...counted, lost: counted.count > 0 ? needed : all };
}

const noneLost = (): LostContents => ({ count: 0, examples: [] });

function addLost(lost: LostContents, ids: readonly string[]): void {
  lost.count += ids.length;
  lost.examples.push(...ids.slice(0, MOST_EXAMPLES - lost.examples.length));
}
