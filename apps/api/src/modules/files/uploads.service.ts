import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { invalid, ParleyError } from '../../kernel/errors.js';
import { isUuid } from '../../kernel/ids.js';
import type { Principal } from '../../kernel/principal.js';
import { normalizedFileName } from './file-name.js';
import { FilesRepository } from './files.repository.js';
import { readUploadForm } from './upload-form.js';
import { UploadLimits } from './upload-limits.js';
import { type Uploaded, UploadSettlement } from './upload-settlement.js';

const CLIENT_UPLOAD_ID = 'clientUploadId';

/** Takes files that come whole, as a form. */
@Injectable()
export class UploadsService {
  constructor(
    private readonly repository: FilesRepository,
    private readonly settlement: UploadSettlement,
    private readonly limits: UploadLimits,
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

  private take(userId: string, request: IncomingMessage): Promise<Uploaded> {
    return this.settlement.take(userId, async (write) => {
      const { fields, taken } = await readUploadForm(request, [CLIENT_UPLOAD_ID], async (sent, content) => {
        const name = normalizedFileName(sent ?? '');
        return { name, written: await write(content) };
      });
      return { ...taken, clientUploadId: uploadIdOf(fields.get(CLIENT_UPLOAD_ID)) };
    });
  }
}

/** @throws `validation_failed` where it is given, and none. */
export function uploadIdOf(id: string | null | undefined): string | null {
  if (id === undefined || id === null) return null;
  if (!isUuid(id)) throw invalid(CLIENT_UPLOAD_ID, 'must be a UUID');
  return id.toLowerCase();
}
