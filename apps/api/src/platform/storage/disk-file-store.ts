import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { ParleyError } from '../../kernel/errors.js';
import { Semaphore } from '../../kernel/semaphore.js';
import { type ByteRange, ContentMissing, FileStore } from './file-store.js';

/** Of one read. */
const READ_BYTES = 262_144;
/** So much of a content is left to the system before it is written through, by one at a time: others use this disk, too. */
const SYNC_BYTES = 8_388_608;
const syncs = new Semaphore({ atOnce: 1, mostWaiting: 100_000 });
/** By two hexadecimal digits. */
const FOLDERS = 256;
const FULL: readonly unknown[] = ['ENOSPC', 'EDQUOT', 'EFBIG'];
const codeOf = (fault: unknown): unknown => (fault as NodeJS.ErrnoException).code;

/** What cannot be written for want of room is `storage_full`; anything else is what it is. */
export const storageFault = (fault: unknown): unknown =>
  FULL.includes(codeOf(fault)) ? new ParleyError('storage_full', {}, { cause: fault }) : fault;

/** Contents as files of one directory, in folders by the last two digits of their keys: the first ones are of the time. */
export class DiskFileStore extends FileStore {
  /** All folders are there, and would be after a loss of power; null until somebody writes. */
  private prepared: Promise<void> | null = null;

  constructor(private readonly directory: string) {
    super();
  }

  async write(key: string, content: AsyncIterable<Buffer>): Promise<void> {
    const path = this.pathOf(key);
    const draft = draftOf(path);
    try {
      await (this.prepared ??= this.prepare());
      const file = await open(draft, 'wx', 0o600);
      try {
        await writeThrough(file, content);
      } finally {
        await file.close();
      }
      await rename(draft, path);
      // Its name is in the folder.
      await syncFolder(dirname(path));
    } catch (fault) {
      // Whoever has taken the directory away, or could not make it.
      if ((fault as NodeJS.ErrnoException).errno !== undefined) this.prepared = null;
      await rm(draft, { force: true }).catch(() => undefined);
      throw storageFault(fault);
    }
  }

  async read(key: string, range: ByteRange): Promise<Readable> {
    try {
      return (await open(this.pathOf(key))).createReadStream({ ...range, highWaterMark: READ_BYTES });
    } catch (fault) {
      throw codeOf(fault) === 'ENOENT' ? new ContentMissing(key, { cause: fault }) : fault;
    }
  }

  async remove(key: string): Promise<void> {
    const path = this.pathOf(key);
    for (const each of [draftOf(path), path]) await rm(each, { force: true });
  }

  private async prepare(): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    const folders = Array.from({ length: FOLDERS }, (_, i) => i.toString(16).padStart(2, '0'));
    for (const folder of folders) await mkdir(join(this.directory, folder), { recursive: true });
    for (const each of [this.directory, dirname(this.directory)]) await syncFolder(each);
  }

  private pathOf(key: string): string {
    return join(this.directory, key.slice(-2), key);
  }
}

const draftOf = (path: string): string => `${path}.part`;

/** Through to the disk as it comes, so that the rest of it does not have to wait for all. */
async function writeThrough(file: FileHandle, content: AsyncIterable<Buffer>): Promise<void> {
  let [unsynced, syncing] = [0, Promise.resolve()];
  try {
    for await (const part of content) {
      await writeAll(file, part);
      unsynced += part.length;
      if (unsynced < SYNC_BYTES) continue;
      unsynced = 0;
      await syncing;
      syncing = syncs.within(() => file.datasync());
      syncing.catch(() => undefined);
    }
  } finally {
    // It needs the file until it has ended.
    await syncing.catch(() => undefined);
  }
  await syncing;
  await syncs.within(() => file.sync());
}

export async function writeAll(file: FileHandle, part: Buffer): Promise<void> {
  for (let at = 0; at < part.length; ) at += (await file.write(part, at)).bytesWritten;
}

async function syncFolder(path: string): Promise<void> {
  // Windows has no such thing.
  if (process.platform === 'win32') return;
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
