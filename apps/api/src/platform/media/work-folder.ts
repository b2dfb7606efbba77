import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A folder of one job on the local disk. */
export class WorkFolder {
  private constructor(readonly path: string) {}

  static async within(directory: string): Promise<WorkFolder> {
    const path = join(directory, randomUUID());
    await mkdir(path, { recursive: true, mode: 0o700 });
    return new WorkFolder(path);
  }

  /** Of nodes that were killed. One process at a time has the directory. */
  static async clear(directory: string): Promise<void> {
    await rm(directory, { recursive: true, force: true });
  }

  /** Where the content is from now on. */
  async put(content: Readable): Promise<string> {
    const path = join(this.path, 'input');
    await pipeline(content, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
    return path;
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}
