import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { invalid, ParleyError } from '../../kernel/errors.js';
import { isUuid } from '../../kernel/ids.js';
import type { Principal } from '../../kernel/principal.js';
import type { ApiRequest } from '../../platform/http/request.js';
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
   * Stores the file of a form, once under each `clientUploadId`. Where that comes before the file, a repeat is known by it, and
   * answered whatever limit the caller has reached.
   * @throws `unsupported` where there are no files, `too_large`, `storage_full`, `idempotency_conflict`, `validation_failed`,
   *   `rate_limited`.
   */
  upload({ userId }: Principal, request: ApiRequest): Promise<Uploaded> {
    if (!this.config.files.isOn) throw new ParleyError('unsupported');
    return this.limits.during(userId, request, (refusal) => this.take(userId, request, request.refusal ?? refusal));
  }

  private take(userId: string, request: ApiRequest, refusal: ParleyError | null): Promise<Uploaded> {
    return this.settlement.take(userId, async (write, measure) => {
      const { fields, taken } = await readUploadForm(request, [CLIENT_UPLOAD_ID], async (sent, content, before) => {
        const name = normalizedFileName(sent ?? '');
        const clientUploadId = uploadIdOf(before.get(CLIENT_UPLOAD_ID));
        const refused =
          refusal ?? this.limits.refusalOfForm(await this.repository.takenBytes(userId, clientUploadId), request);
        if (!refused) return { name, written: await write(content) };
        if (!clientUploadId || !(await this.repository.findUploaded(userId, clientUploadId))) throw refused;
        return { name, written: await measure(content) };
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
