import { createHash, randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeAll } from '../platform/storage/disk-file-store.js';
import { BLOCK, paddingOf, tarHeader } from './tar-header.js';

/** So much is left to the system before it is written through. */
const SYNC_BYTES = 67_108_864;

/**
 * A tar archive, written under a temporary name and given its own once all of it is on the disk: under that there is a whole one or
 * what was there before.
 */
export class ArchiveWriter {
  private readonly hash = createHash('sha256');
  private unsynced = 0;
  private written = 0;
  private readonly removeDraft = () => rmSync(this.draft, { force: true });

  private constructor(
    private readonly file: FileHandle,
    private readonly draft: string,
    private readonly path: string,
  ) {
    process.once('exit', this.removeDraft);
  }

  static async create(path: string): Promise<ArchiveWriter> {
    const draft = `${path}.${randomBytes(4).toString('hex')}.partial`;
    return new ArchiveWriter(await open(draft, 'wx', 0o600), draft, path);
  }

  /** Of all that has been written. */
  get bytes(): number {
    return this.written;
  }

  /** SHA-256 of the same, in hexadecimal digits. */
  get sha256(): string {
    return this.hash.copy().digest('hex');
  }

  async add(name: string, content: Buffer): Promise<void> {
    await this.put(tarHeader({ name, size: content.length }));
    await this.put(content);
    await this.put(Buffer.alloc(paddingOf(content.length)));
  }

  /** @throws what the content fails with, or where it has another length; the archive is of no use then. */
  async addStream(name: string, size: number, content: AsyncIterable<Buffer>): Promise<void> {
    await this.put(tarHeader({ name, size }));
    const before = this.written;
    for await (const part of content) await this.put(part);
    if (this.written - before !== size) throw new Error(`${name} has not the length that it should have.`);
    await this.put(Buffer.alloc(paddingOf(size)));
  }

  /** @param path under which it is to be, where that is another one now. */
  async finish(path = this.path): Promise<void> {
    await this.put(Buffer.alloc(2 * BLOCK));
    await this.file.sync();
    await this.file.close();
    await rename(this.draft, path);
    process.off('exit', this.removeDraft);
    const folder = await open(dirname(path)).catch(() => null);
    // Not every system has such a thing for a folder.
    await folder?.sync().catch(() => undefined);
    await folder?.close().catch(() => undefined);
  }

  /** Leaves nothing. */
  async discard(): Promise<void> {
    await this.file.close().catch(() => undefined);
    await rm(this.draft, { force: true });
    process.off('exit', this.removeDraft);
  }

  private async put(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return;
    this.hash.update(bytes);
    await writeAll(this.file, bytes);
    this.written += bytes.length;
    this.unsynced += bytes.length;
    if (this.unsynced < SYNC_BYTES) return;
    this.unsynced = 0;
    await this.file.datasync();
  }
}
