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
import { beginSnapshot, contentsIn, endSnapshot } from './snapshot.repository.js';

const packed = promisify(gzip);
/** Rows repeat the names of their columns: the fastest level takes most of it. */
const FAST = { level: constants.Z_BEST_SPEED };

export interface BackupParts {
  session: PlainSession;
  store: FileStore;
  progress: Progress;
}

/** Writes all rows of one moment, and then the contents of the files that they know of. */
export async function writeBackup(archive: ArchiveWriter, parts: BackupParts): Promise<Omit<BackupEnd, 'sha256'>> {
  const { session } = parts;
  await archive.add(HEADER, headerOf({ version: VERSION, ...(await beginSnapshot(session)) }));
  const rows: Record<string, number> = {};
  for (const table of await tablesIn(session)) rows[table] = await addTable(archive, table, parts);
  await endSnapshot(session);
  const contents = await addContents(archive, parts);
  await archive.add(END, endOf({ rows, contents, sha256: archive.sha256 }));
  return { rows, contents };
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
  for await (const row of contentsIn(session)) {
    const isThere = await addContent(archive, store, row);
    if (!isThere) counted.missing += 1;
    if (!isThere) continue;
    counted.count += 1;
    counted.bytes += row.size;
    progress.at(() => `files: ${grouped(counted.count)}, ${megabytes(counted.bytes)}`);
  }
  return counted;
}
