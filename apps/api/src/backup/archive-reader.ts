import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { BLOCK, paddingOf, readTarHeader, type TarHeader } from './tar-header.js';

const READ_BYTES = 262_144;

/** A file in the archive. What is not read of it is passed over with the next one. */
export interface ArchivedFile extends TarHeader {
  /** SHA-256 of everything before it; null where nobody asked for it. */
  sha256Before: string | null;
  read(): AsyncGenerator<Buffer>;
}

/** The file ends where more should come, or is no archive. */
export class BrokenArchiveError extends Error {}

/** Reads a tar archive from its beginning to its end, with little of it in memory. */
export class ArchiveReader {
  private position = 0;
  /** Of the present file. */
  private left = 0;
  private padding = 0;

  private constructor(
    private readonly file: FileHandle,
    private readonly hash: Hash | null,
  ) {}

  /** @param isHashed whether all of it is to be read, and hashed. */
  static async open(path: string, { isHashed }: { isHashed: boolean }): Promise<ArchiveReader> {
    return new ArchiveReader(await open(path), isHashed ? createHash('sha256') : null);
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  /** How much has been passed. */
  get bytes(): number {
    return this.position;
  }

  /** Null at the end. @throws BrokenArchiveError */
  async next(): Promise<ArchivedFile | null> {
    await this.passOver();
    const sha256Before = this.hash?.copy().digest('hex') ?? null;
    const block = await this.take(BLOCK);
    if (block.every((byte) => byte === 0)) return null;
    const header = readTarHeader(block);
    if (!header) throw new BrokenArchiveError('a file in it has no beginning');
    this.left = header.size;
    this.padding = paddingOf(header.size);
    return { ...header, sha256Before, read: () => this.rest() };
  }

  private async passOver(): Promise<void> {
    if (this.hash) for await (const _ of this.rest()) void _;
    this.position += this.left;
    this.left = 0;
    await this.take(this.padding);
    this.padding = 0;
  }

  private async *rest(): AsyncGenerator<Buffer> {
    while (this.left > 0) {
      const part = await this.take(Math.min(READ_BYTES, this.left));
      this.left -= part.length;
      yield part;
    }
  }

  private async take(length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length);
    for (let at = 0; at < length; ) {
      const { bytesRead } = await this.file.read(bytes, at, length - at, this.position);
      if (bytesRead === 0) throw new BrokenArchiveError('it ends too soon');
      at += bytesRead;
      this.position += bytesRead;
    }
    this.hash?.update(bytes);
    return bytes;
  }
}

/** All of a file, which must not be longer than that. */
export async function wholeOf(file: ArchivedFile, mostBytes: number): Promise<Buffer> {
  if (file.size > mostBytes) throw new BrokenArchiveError(`${file.name} is too large`);
  const parts: Buffer[] = [];
  for await (const part of file.read()) parts.push(part);
  return Buffer.concat(parts);
}
