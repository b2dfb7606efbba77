import { Injectable } from '@nestjs/common';
import type { ExportLine } from '@parley/protocol';
import { FIRST_ID } from '../../kernel/ids.js';
import { ContentMissing, FileStore } from '../../platform/storage/file-store.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { type FileRow, FilesRepository } from '../files/index.js';
import { paged, ROWS } from './export-lines.js';

/** Bytes of a line; of three, so that pieces of base64 can be put together as they are. */
const PIECE = 3 * 16_384;

/** Files among the lines of an export, by their ids. */
@Injectable()
export class ExportedFiles {
  constructor(
    private readonly repository: FilesRepository,
    private readonly store: FileStore,
    private readonly reporter: EventReporter,
  ) {}

  uploadedBy(userId: string): AsyncGenerator<ExportLine> {
    return this.all((after) => this.repository.uploadedBy(userId, after, ROWS));
  }

  carriedIn(conversationId: string): AsyncGenerator<ExportLine> {
    return this.all((after) => this.repository.carriedIn(conversationId, after, ROWS));
  }

  private async *all(read: (after: string) => Promise<FileRow[]>): AsyncGenerator<ExportLine> {
    for await (const rows of paged(FIRST_ID, read, ({ id }) => id)) {
      for (const file of rows) yield* this.lines(file);
    }
  }

  private async *lines(file: FileRow): AsyncGenerator<ExportLine> {
    const { id, uploaderId, name, mediaType, size, sha256 } = file;
    yield { type: 'file', file: { id, uploaderId, name, mediaType, size, sha256: sha256.toString('hex') } };
    try {
      yield* this.bytes(file);
    } catch (fault) {
      if (!(fault instanceof ContentMissing)) throw fault;
      this.reporter.exportLacksFile(id, fault);
      yield { type: 'lost', fileId: id };
    }
  }

  private async *bytes({ id, contentId, size }: FileRow): AsyncGenerator<ExportLine> {
    let at = 0;
    for await (const piece of pieces(await this.store.read(contentId, { start: 0, end: size - 1 }))) {
      yield { type: 'bytes', fileId: id, at, data: piece.toString('base64') };
      at += piece.length;
    }
  }
}

/** The same bytes, `PIECE` at a time, and the rest. */
async function* pieces(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  for await (const part of content) {
    held = held.length > 0 ? Buffer.concat([held, part]) : part;
    for (; held.length >= PIECE; held = held.subarray(PIECE)) yield held.subarray(0, PIECE);
  }
  if (held.length > 0) yield held;
}
