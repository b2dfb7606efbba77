import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { AttachedFile } from '@parley/protocol';
import { CONFIG, type Config } from '../../config/config.js';
import type { Db } from '../../database/database.js';
import { invalid, ParleyError } from '../../kernel/errors.js';
import { isUuid, newId } from '../../kernel/ids.js';
import type { Principal } from '../../kernel/principal.js';
import { FileStore } from '../../platform/storage/file-store.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { ContentReader } from './content-reader.js';
import { presentFile } from './file.presenter.js';
import { normalizedFileName } from './file-name.js';
import { type FileRow, FilesRepository, type Measured } from './files.repository.js';
import { type FormFields, readUploadForm } from './upload-form.js';
import { UploadLimits } from './upload-limits.js';

/** A file that has come; `isNew` is false where the same upload was there already. */
interface Uploaded {
  file: AttachedFile;
  isNew: boolean;
}

/** What came of a form's file: under which key it was written, by which name. */
interface Written extends Measured {
  contentId: string;
  name: string;
}

const CLIENT_UPLOAD_ID = 'clientUploadId';

/**
 * Takes files. What is written first is the row that knows of the content, then the content, then the file: whatever is cut off
 * in between, a file's content is whole, and nothing is in the store that the database does not know of.
 */
@Injectable()
export class UploadsService {
  constructor(
    private readonly repository: FilesRepository,
    private readonly store: FileStore,
    private readonly limits: UploadLimits,
    private readonly reporter: EventReporter,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Stores the file of a form, once under each `clientUploadId`.
   * @throws `unsupported` where there are no files, `too_large`, `storage_full`, `idempotency_conflict`, `validation_failed`,
   *   `rate_limited`.
   */
  async upload({ userId }: Principal, request: IncomingMessage): Promise<Uploaded> {
    if (!this.config.files.isOn) throw new ParleyError('unsupported');
    const stored = await this.repository.storedBytesOf(userId);
    return this.limits.during(userId, { request, stored }, () => this.take(userId, request));
  }

  private async take(userId: string, request: IncomingMessage): Promise<Uploaded> {
    const contentId = newId();
    let isKept = false;
    try {
      const take = (name: string | undefined, content: Readable) => this.write(userId, contentId, { name, content });
      const { fields, taken } = await readUploadForm(request, [CLIENT_UPLOAD_ID], take);
      const settled = await this.settle(userId, uploadIdIn(fields), taken);
      isKept = settled.isKept;
      const { size } = taken;
      this.reporter.fileUploaded({ userId, size, isNew: settled.isNew, isSame: !settled.isKept });
      return { file: presentFile(settled.row), isNew: settled.isNew };
    } finally {
      if (!isKept) await this.discard(contentId);
    }
  }

  private async write(
    userId: string,
    contentId: string,
    { name: sent, content }: { name: string | undefined; content: Readable },
  ): Promise<Written> {
    const name = normalizedFileName(sent ?? '');
    const reader = new ContentReader(this.config.files.maxBytes);
    await this.repository.begin(contentId, userId);
    await this.store.write(contentId, reader.read(content));
    return { contentId, name, ...(await reader.measured()) };
  }

  private settle(userId: string, clientUploadId: string | null, written: Written) {
    return this.repository.transaction(async (tx) => {
      await this.repository.lockUploader(tx, userId);
      const before = clientUploadId && (await this.repository.findUpload(tx, userId, clientUploadId));
      if (before) return { row: repeated(before, written), isNew: false, isKept: false };
      const same = await this.repository.useSame(tx, userId, written);
      if (!same) await this.finish(tx, userId, written);
      const contentId = same ?? written.contentId;
      const row = await this.repository.insert(tx, {
        ...{ id: newId(), uploaderId: userId, clientUploadId },
        ...{ contentId, name: written.name },
      });
      return { row, isNew: true, isKept: same === null };
    });
  }

  private async finish(tx: Db, userId: string, written: Written): Promise<void> {
    this.limits.requireRoom(await this.repository.storedBytes(tx, userId), written.size);
    const isWhole = await this.repository.finish(tx, written.contentId, written);
    if (!isWhole) throw new ParleyError('service_unavailable');
  }

  /** What is not kept. Where even this fails, the clean-up finds its row. */
  private async discard(contentId: string): Promise<void> {
    try {
      await this.store.remove(contentId);
      await this.repository.forget(contentId);
    } catch (fault) {
      this.reporter.fileNotDiscarded(contentId, fault);
    }
  }
}

/** @throws `idempotency_conflict` where it was another file that came under this id. */
function repeated(before: FileRow, { sha256, name }: Written): FileRow {
  if (before.sha256.equals(sha256) && before.name === name) return before;
  throw new ParleyError('idempotency_conflict');
}

function uploadIdIn(fields: FormFields): string | null {
  const id = fields.get(CLIENT_UPLOAD_ID);
  if (id === undefined) return null;
  if (!isUuid(id)) throw invalid(CLIENT_UPLOAD_ID, 'must be a UUID');
  return id.toLowerCase();
}
