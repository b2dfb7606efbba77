import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { storageFault, writeAll } from './disk-file-store.js';

/** A content on the local disk until it has gone elsewhere: its length is known, and parts of it can be read again. */
export class Spool {
  private constructor(
    private readonly file: FileHandle,
    readonly size: number,
    private readonly path: string,
  ) {}

  /** @throws `storage_full`, or what the content fails with. */
  static async of(directory: string, content: AsyncIterable<Buffer>): Promise<Spool> {
    const path = join(directory, randomUUID());
    let file: FileHandle | null = null;
    let size = 0;
    try {
      await mkdir(directory, { recursive: true });
      file = await open(path, 'wx+', 0o600);
      // Where that is possible it has no name from now on, so that nothing is left of it when the process dies.
      if (process.platform !== 'win32') await rm(path);
      for await (const part of content) {
        await writeAll(file, part);
        size += part.length;
      }
      return new Spool(file, size, path);
    } catch (fault) {
      await file?.close();
      await rm(path, { force: true });
      throw storageFault(fault);
    }
  }

  async read(start: number, length: number): Promise<Buffer> {
    const part = Buffer.alloc(Math.min(length, this.size - start));
    for (let at = 0; at < part.length; ) {
      const { bytesRead } = await this.file.read(part, at, part.length - at, start + at);
      if (bytesRead === 0) throw new Error('A spooled content is shorter than it was.');
      at += bytesRead;
    }
    return part;
  }

  async close(): Promise<void> {
    await this.file.close();
    await rm(this.path, { force: true });
  }
}
