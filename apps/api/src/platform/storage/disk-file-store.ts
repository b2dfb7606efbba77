import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { ParleyError } from '../../kernel/errors.js';
import { type ByteRange, ContentMissing, FileStore } from './file-store.js';

const FULL: readonly unknown[] = ['ENOSPC', 'EDQUOT', 'EFBIG'];
const codeOf = (fault: unknown): unknown => (fault as NodeJS.ErrnoException).code;

/** Contents as files of one directory, in folders by the last two digits of their keys: the first ones are of the time. */
export class DiskFileStore extends FileStore {
  constructor(private readonly directory: string) {
    super();
  }

  async write(key: string, content: AsyncIterable<Buffer>): Promise<void> {
    const path = this.pathOf(key);
    const draft = draftOf(path);
    try {
      await mkdir(dirname(path), { recursive: true });
      const file = await open(draft, 'wx', 0o600);
      try {
        for await (const part of content) await writeAll(file, part);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, path);
      // Its name is in the folder, and the folder's in the directory.
      await syncFolder(dirname(path));
      await syncFolder(this.directory);
    } catch (fault) {
      await rm(draft, { force: true }).catch(() => undefined);
      throw FULL.includes(codeOf(fault)) ? new ParleyError('storage_full', {}, { cause: fault }) : fault;
    }
  }

  async read(key: string, range: ByteRange): Promise<Readable> {
    try {
      return (await open(this.pathOf(key))).createReadStream(range);
    } catch (fault) {
      throw codeOf(fault) === 'ENOENT' ? new ContentMissing(key, { cause: fault }) : fault;
    }
  }

  async remove(key: string): Promise<void> {
    const path = this.pathOf(key);
    for (const each of [draftOf(path), path]) await rm(each, { force: true });
  }

  private pathOf(key: string): string {
    return join(this.directory, key.slice(-2), key);
  }
}

const draftOf = (path: string): string => `${path}.part`;

async function writeAll(file: FileHandle, part: Buffer): Promise<void> {
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
