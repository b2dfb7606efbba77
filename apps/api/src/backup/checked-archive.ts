import { type ArchivedFile, ArchiveReader, BrokenArchiveError, wholeOf } from './archive-reader.js';
import {
  type BackupEnd,
  type BackupHeader,
  CONTENTS,
  contentIdOf,
  END,
  HEADER,
  readEnd,
  readHeader,
} from './manifest.js';
import { megabytes, type Progress } from './progress.js';

const MOST_MANIFEST_BYTES = 1_048_576;

/** What a whole backup says of itself. */
export interface CheckedArchive {
  path: string;
  header: BackupHeader;
  end: BackupEnd;
}

/** Reads all of a backup before anything is done with it. @throws with a sentence where it is not whole. */
export async function checkArchive(path: string, progress: Progress): Promise<CheckedArchive> {
  const archive = await ArchiveReader.open(path, { isHashed: true });
  try {
    const header = await headerIn(archive, path);
    for (let file = await archive.next(); file; file = await archive.next()) {
      progress.at(() => `looking whether the backup is whole: ${megabytes(archive.bytes)}`);
      if (file.name.startsWith(CONTENTS) && contentIdOf(file.name) === null)
        throw new BrokenArchiveError('a content in it has no id');
      if (file.name !== END) continue;
      const end = readEnd((await wholeOf(file, MOST_MANIFEST_BYTES)).toString());
      if (end.sha256 === file.sha256Before) return { path, header, end };
      throw new BrokenArchiveError('it is not what was written');
    }
    throw new BrokenArchiveError('its end is missing');
  } catch (fault) {
    if (!(fault instanceof BrokenArchiveError) && !(fault instanceof SyntaxError)) throw fault;
    throw new Error(`${path} is cut off or damaged (${fault.message}): nothing was restored. Use another backup.`, {
      cause: fault,
    });
  } finally {
    await archive.close();
  }
}

/** The files of a backup that is whole, one after the other, with how much of it has been passed. */
export async function* filesIn({ path }: CheckedArchive): AsyncGenerator<ArchivedFile & { passed: number }> {
  const archive = await ArchiveReader.open(path, { isHashed: false });
  try {
    for (let file = await archive.next(); file; file = await archive.next()) yield { ...file, passed: archive.bytes };
  } finally {
    await archive.close();
  }
}

async function headerIn(archive: ArchiveReader, path: string): Promise<BackupHeader> {
  const first = await archive.next().catch((fault: unknown) => {
    if (fault instanceof BrokenArchiveError) return null;
    throw fault;
  });
  if (first?.name !== HEADER) throw new Error(`${path} is no backup of Parley.`);
  return readHeader((await wholeOf(first, MOST_MANIFEST_BYTES)).toString());
}
