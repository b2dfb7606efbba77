import { Inject, Injectable } from '@nestjs/common';
import { type AttachedFile, ERRORS } from '@parley/protocol';
import { CONFIG, type Config } from '../../../config/config.js';
import { conflict, invalid, notFound, ParleyError } from '../../../kernel/errors.js';
import { newId } from '../../../kernel/ids.js';
import type { Principal } from '../../../kernel/principal.js';
import { releaseMemory } from '../../../kernel/release-memory.js';
import { FileStore } from '../../../platform/storage/file-store.js';
import { tooLarge } from '../content-reader.js';
import { presentFile } from '../file.presenter.js';
import { type FileRow, FilesRepository } from '../files.repository.js';
import { UploadLimits } from '../upload-limits.js';
import { UploadSettlement } from '../upload-settlement.js';
import { type ResumableUpload, ResumableUploadsRepository, type WriterPlace } from './resumable-uploads.repository.js';
import { SegmentReader } from './segment-reader.js';

/** Of one user, whatever their sizes. */
const MOST_OPEN = 50;
const AFTER_OTHERS_MS = 5_000;
/** Each part is a content of its own, so requests may not bring less than this on average. */
const PARTS = { least: 100, bytes: 65_536 };

/** What an upload says about itself when it begins. */
export interface UploadDescription {
  size: number;
  name: string;
  clientUploadId: string | null;
}

/**
 * Uploads that may be cut off and go on. What a request brings is stored in parts, each a content of its own; once all are there
 * they become the content of a file. So any node takes any request, and what was stored survives the node that took it.
 */
@Injectable()
export class ResumableUploadsService {
  constructor(
    private readonly repository: ResumableUploadsRepository,
    private readonly files: FilesRepository,
    private readonly store: FileStore,
    private readonly settlement: UploadSettlement,
    private readonly limits: UploadLimits,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Begins an upload, once under each `clientUploadId`. Where a file has come under it already, the upload is at its end.
   * @param refusal why it is refused unless it is a repeat.
   * @throws `refusal`, `unsupported`, `validation_failed`, `too_large`, `rate_limited`; `idempotency_conflict` where another one was begun.
   */
  async begin(
    { userId }: Principal,
    description: UploadDescription,
    refusal: ParleyError | null,
  ): Promise<ResumableUpload> {
    this.requireOn();
    const { size, name } = description;
    const { maxBytes } = this.config.files;
    if (size === 0) throw invalid('file', 'must not be empty');
    if (size > maxBytes) throw tooLarge(maxBytes);
    const id = newId();
    const clientUploadId = description.clientUploadId ?? id;
    return this.repository.transaction(async (tx) => {
      await this.files.lockUploader(tx, userId);
      const begun = await this.repository.findNamed(tx, userId, clientUploadId);
      if (begun) return same(begun, description);
      const upload = { id, uploaderId: userId, clientUploadId, name, size };
      const file = await this.files.findUpload(tx, userId, clientUploadId);
      if (file) return this.repository.insert(tx, { ...upload, ...ended(same(asSent(file), description)) });
      if (refusal) throw refusal;
      if ((await this.repository.countOpen(tx, userId)) >= MOST_OPEN) {
        throw new ParleyError('rate_limited', { retryAfterMs: AFTER_OTHERS_MS });
      }
      this.limits.requireRoom(await this.files.takenBytes(userId, null, tx), size);
      return this.repository.insert(tx, upload);
    });
  }

  /** @throws `not_found` for everybody but its uploader; `unsupported`. */
  async requireOwn({ userId }: Principal, id: string): Promise<void> {
    this.requireOn();
    if ((await this.repository.find(id))?.uploaderId !== userId) throw notFound();
  }

  /** How far it has come. Where all is there and no file yet, since its node died, it becomes one now. @throws `not_found`. */
  async get(id: string): Promise<ResumableUpload> {
    const upload = await this.repository.find(id);
    if (!upload) throw notFound();
    if (upload.fileId === null && upload.received === upload.size) await this.complete(upload);
    return upload;
  }

  /** The file that it has become; null where it is not whole. */
  async fileOf(id: string): Promise<AttachedFile | null> {
    const upload = await this.repository.find(id);
    const file = upload && (await this.files.findUploaded(upload.uploaderId, upload.clientUploadId));
    return file ? presentFile(file) : null;
  }

  /**
   * Takes what comes from this place on, as far as it comes, and returns how far that is.
   * @throws `conflict` where the upload has come to another place, or another request goes on with it; `too_large` beyond its size.
   */
  async append(id: string, start: number, content: AsyncIterable<Buffer>): Promise<number> {
    const upload = await this.get(id);
    const { size, partCount, uploaderId } = upload;
    if (start === size) return size;
    if (partCount > PARTS.least + size / PARTS.bytes) throw invalid('', 'must come in fewer and larger requests');
    const place = { uploadId: id, writer: newId(), start };
    if (!(await this.repository.claim(place))) throw conflict('Upload-Offset', 'is not where this upload is');
    const segments = new SegmentReader(content);
    while (await segments.hasMore()) place.start += await this.takePart(uploaderId, place, segments);
    if (place.start === size) await this.complete(upload);
    return place.start;
  }

  /** Ends it, and leaves nothing of it but what has become a file. */
  async cancel(id: string): Promise<void> {
    await this.settlement.remove(await this.repository.remove(id));
  }

  private async takePart(uploaderId: string, place: WriterPlace, segments: SegmentReader): Promise<number> {
    const contentId = newId();
    let isKept = false;
    try {
      await this.files.begin(contentId, uploaderId);
      await this.store.write(contentId, segments.read());
      isKept = await this.repository.addPart(place, { contentId, size: segments.size });
      if (!isKept) throw conflict('Upload-Offset', 'has been taken on by another request');
      return segments.size;
    } finally {
      if (!isKept) await this.settlement.discard(contentId);
    }
  }

  private async complete({ id, uploaderId, clientUploadId, name, size }: ResumableUpload): Promise<void> {
    const parts = await this.repository.parts(id);
    const settled = this.settlement.take(uploaderId, async (write) => {
      const written = await write(this.joined(parts));
      const joined = written.sentSize ?? written.size;
      if (joined !== size) throw new Error(`The parts of the upload ${id} have ${joined} bytes, not ${size}.`);
      return { written, name, clientUploadId };
    });
    const file = await settled.then(
      (each) => each.file,
      (fault: unknown) => this.notCompleted(id, fault),
    );
    if (file) await this.settlement.remove(await this.repository.finish(id, file.fileId));
  }

  /** Null where another request, on whichever node, has made the file meanwhile, and taken the parts away that this one read. */
  private async notCompleted(id: string, fault: unknown): Promise<null> {
    if ((await this.repository.find(id))?.fileId) return null;
    // It would be refused each time that somebody asks for it, and kept for a day.
    if (fault instanceof ParleyError && !ERRORS[fault.code].retryable) await this.cancel(id);
    throw fault;
  }

  private async *joined(parts: readonly { contentId: string; size: number }[]): AsyncGenerator<Buffer> {
    for (const { contentId, size } of parts) {
      for await (const piece of await this.store.read(contentId, { start: 0, end: size - 1 })) {
        yield piece as Buffer;
        releaseMemory(piece as Buffer);
      }
    }
  }

  private requireOn(): void {
    if (!this.config.files.isOn) throw new ParleyError('unsupported');
  }
}

/** @throws `idempotency_conflict` where it is another one. */
function same<T extends { size: number; name: string }>(known: T, { size, name }: UploadDescription): T {
  if (known.size === size && known.name === name) return known;
  throw new ParleyError('idempotency_conflict');
}

/** Pictures are stored without some of what was sent. */
const asSent = (file: FileRow): FileRow => ({ ...file, size: file.sentSize ?? file.size });

const ended = ({ id, size }: { id: string; size: number }) => ({ fileId: id, received: size });
