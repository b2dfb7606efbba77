import { setTimeout as sleep } from 'node:timers/promises';
import { ContentMissing, type FileStore } from '../platform/storage/file-store.js';
import type { ArchivedFile } from './archive-reader.js';
import type { ArchiveWriter } from './archive-writer.js';
import { contentIdOf, contentName } from './manifest.js';
import type { ContentRow } from './snapshot.repository.js';

/** So much of a content may be in memory. */
const MOST_HELD = 1_048_576;
const MOST_ATTEMPTS = 5;
const RETRY_MS = 1_000;

/** A store has less of a content than it should. */
class ContentShort extends Error {}

/** Adds a content to a backup, unless the store lacks it or a part of it. @returns whether it has all of it. */
export async function addContent(archive: ArchiveWriter, store: FileStore, row: ContentRow): Promise<boolean> {
  // Its size comes first in an archive, so nothing of it is written before it is known that there is so much.
  const content = row.size > MOST_HELD ? await isThere(store, row.id, row.size) : await heldContent(store, row);
  if (content === null || content === false) return false;
  if (content === true) await archive.addStream(contentName(row.id), row.size, contentOf(store, row));
  else await archive.add(contentName(row.id), content);
  return true;
}

async function heldContent(store: FileStore, row: ContentRow): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  try {
    for await (const part of contentOf(store, row)) parts.push(part);
    return Buffer.concat(parts);
  } catch (fault) {
    if (fault instanceof ContentMissing || fault instanceof ContentShort) return null;
    throw fault;
  }
}

/** A store that fails in the middle is asked again for the rest. */
async function* contentOf(store: FileStore, { id, size }: ContentRow): AsyncGenerator<Buffer> {
  let at = 0;
  for (let attempt = 1; at < size; attempt += 1) {
    const before = at;
    try {
      for await (const part of await store.read(id, { start: at, end: size - 1 })) {
        at += (part as Buffer).length;
        yield part as Buffer;
      }
      if (at < size)
        throw new ContentShort(`The content ${id} has ${at} bytes in the store of files, and should have ${size}.`);
    } catch (fault) {
      const isCertain = fault instanceof ContentMissing ? at === 0 : fault instanceof ContentShort && at === before;
      if (attempt === MOST_ATTEMPTS || isCertain) throw fault;
      await sleep(RETRY_MS);
    }
  }
}

/** Brings a content of a backup back. One that is there stays: contents never change, and another database may use it. */
export async function restoreContent(store: FileStore, file: ArchivedFile): Promise<void> {
  const id = contentIdOf(file.name);
  // The file is another one than that which was checked.
  if (id === null) throw new Error(`${file.name} is not the name of a content.`);
  if (await isThere(store, id, file.size)) return;
  // What a restore that was cut off has begun.
  await store.remove(id);
  await store.write(id, file.read());
}

/** Whether its last byte is: a store has a content as a whole or not at all. */
export async function isThere(store: FileStore, id: string, size: number): Promise<boolean> {
  let found = 0;
  try {
    for await (const part of await store.read(id, { start: size - 1, end: size - 1 })) found += (part as Buffer).length;
  } catch (fault) {
    if (!(fault instanceof ContentMissing)) throw fault;
  }
  return found === 1;
}
