import { Inject, Injectable } from '@nestjs/common';
import type { AttachedFile } from '@parley/protocol';
import { CONFIG, type Config } from '../../config/config.js';
import type { Db } from '../../database/database.js';
import { ParleyError } from '../../kernel/errors.js';
import { newId } from '../../kernel/ids.js';
import { FileStore } from '../../platform/storage/file-store.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { ContentReader } from './content-reader.js';
import { presentFile } from './file.presenter.js';
import { FileScanner } from './file-scanner.js';
import { type FileRow, FilesRepository, type Measured } from './files.repository.js';
import { RenditionsService } from './renditions.service.js';
import { UploadLimits } from './upload-limits.js';

/** A file that has come; `isNew` is false where the same upload was there already. */
export interface Uploaded {
  file: AttachedFile;
  isNew: boolean;
}

/** What has been written to the store, and its key there. */
interface Written extends Measured {
  contentId: string;
}

/** What has come of an upload. */
interface Received {
  written: Written;
  name: string;
  clientUploadId: string | null;
}

type Take = (content: AsyncIterable<Buffer>) => Promise<Written>;

/** Gets two ways to take the content: the second keeps nothing, and is for what is known to be a repeat. */
type Receive = (write: Take, measure: Take) => Promise<Received>;

/**
 * Makes files of what is uploaded, in whatever way it comes. What is written first is the row that knows of the content, then the
 * content, then the file: whatever is cut off in between, a file's content is whole, and nothing is in the store that the database
 * does not know of.
 */
@Injectable()
export class UploadSettlement {
  constructor(
    private readonly repository: FilesRepository,
    private readonly store: FileStore,
    private readonly limits: UploadLimits,
    private readonly renditions: RenditionsService,
    private readonly scanner: FileScanner,
    private readonly reporter: EventReporter,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Makes a file of what `receive` writes, once under each `clientUploadId`. Nothing stays of a content that is not kept.
   * @throws what `receive` throws; `too_large`, `storage_full`, `idempotency_conflict`, and `forbidden` by the scanner.
   */
  async take(userId: string, receive: Receive): Promise<Uploaded> {
    const { row, isNew } = await this.keep(userId, receive);
    return { file: presentFile(await this.renditions.examined(row)), isNew };
  }

  private async keep(userId: string, receive: Receive): Promise<{ row: FileRow; isNew: boolean }> {
    const contentId = newId();
    let isKept = false;
    try {
      const received = await receive(
        (content) => this.write(userId, contentId, content),
        (content) => this.measure(contentId, content),
      );
      const settled = await this.settle(userId, received);
      isKept = settled.isKept;
      const { size } = received.written;
      this.reporter.fileUploaded({ userId, size, isNew: settled.isNew, isSame: !settled.isKept });
      return settled;
    } finally {
      if (!isKept) await this.discard(contentId);
    }
  }

  /** What is not kept. */
  discard(contentId: string): Promise<void> {
    return this.cleaningUp(contentId, async () => ((await this.repository.release(contentId)) ? [contentId] : []));
  }

  /** What is out of use already. */
  async remove(contentIds: readonly string[]): Promise<void> {
    const [first] = contentIds;
    if (first !== undefined) await this.cleaningUp(first, async () => contentIds);
  }

  /** Where even this fails, the clean-up finds their rows. */
  private async cleaningUp(contentId: string, unused: () => Promise<readonly string[]>): Promise<void> {
    try {
      const contentIds = await unused();
      for (const each of contentIds) await this.store.remove(each);
      if (contentIds.length > 0) await this.repository.forget(contentIds);
    } catch (fault) {
      this.reporter.fileNotDiscarded(contentId, fault);
    }
  }

  private async write(userId: string, contentId: string, content: AsyncIterable<Buffer>): Promise<Written> {
    const reader = new ContentReader(this.config.files);
    await this.repository.begin(contentId, userId);
    await this.store.write(contentId, reader.read(content));
    const measured = await reader.measured();
    await this.scanner.requireHarmless(userId, contentId, measured.size);
    return { contentId, ...measured };
  }

  private async measure(contentId: string, content: AsyncIterable<Buffer>): Promise<Written> {
    const reader = new ContentReader(this.config.files);
    for await (const part of reader.read(content)) void part;
    return { contentId, ...(await reader.measured()) };
  }

  private settle(userId: string, received: Received) {
    const { written, name, clientUploadId } = received;
    return this.repository.transaction(async (tx) => {
      await this.repository.lockUploader(tx, userId);
      const before = clientUploadId && (await this.repository.findUpload(tx, userId, clientUploadId));
      if (before) return { row: repeated(before, received), isNew: false, isKept: false };
      const same = await this.repository.useSame(tx, userId, written);
      if (!same) await this.finish(tx, userId, received);
      const contentId = same ?? written.contentId;
      const file = { id: newId(), uploaderId: userId, clientUploadId, contentId, name };
      return { row: await this.repository.insert(tx, file), isNew: true, isKept: same === null };
    });
  }

  private async finish(tx: Db, userId: string, { written, clientUploadId }: Received): Promise<void> {
    this.limits.requireRoom(await this.repository.takenBytes(userId, clientUploadId, tx), written.size);
    const isWhole = await this.repository.finish(tx, written.contentId, written);
    if (!isWhole) throw new ParleyError('service_unavailable');
  }
}

/** @throws `idempotency_conflict` where it was another file that came under this id. */
function repeated(before: FileRow, { written, name }: Received): FileRow {
  const sent = written.sentSha256 ?? written.sha256;
  const isSame = [before.sha256, before.sentSha256].some((each) => each?.equals(sent));
  if (isSame && before.name === name) return before;
  throw new ParleyError('idempotency_conflict');
}
