import { setTimeout as sleep } from 'node:timers/promises';
import { ContentMissing, type FileStore } from '../platform/storage/file-store.js';
import type { ArchivedFile } from './archive-reader.js';
import type { ArchiveWriter } from './archive-writer.js';
import { contentIdOf, contentName } from './manifest.js';
import type { ContentRow } from './snapshot.repository.js';

const MOST_ATTEMPTS = 5;
const RETRY_MS = 1_000;

/** Adds a content to a backup. @returns whether the store has it. */
export async function addContent(archive: ArchiveWriter, store: FileStore, row: ContentRow): Promise<boolean> {
  const content = contentOf(store, row);
  // The first piece says whether there is one, before anything of it is written.
  const first = await content.next().catch((fault: unknown) => {
    if (fault instanceof ContentMissing) return null;
    throw fault;
  });
  if (first === null) return false;
  const all = async function* () {
    if (!first.done) yield first.value;
    yield* content;
  };
  await archive.addStream(contentName(row.id), row.size, all());
  return true;
}

/** A store that fails in the middle is asked again for the rest. */
async function* contentOf(store: FileStore, { id, size }: ContentRow): AsyncGenerator<Buffer> {
  let at = 0;
  for (let attempt = 1; at < size; attempt += 1) {
    try {
      for await (const part of await store.read(id, { start: at, end: size - 1 })) {
        at += (part as Buffer).length;
        yield part as Buffer;
      }
      if (at < size)
        throw new Error(`The content ${id} has ${at} bytes in the store of files, and should have ${size}.`);
    } catch (fault) {
      if (attempt === MOST_ATTEMPTS || (fault instanceof ContentMissing && at === 0)) throw fault;
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
