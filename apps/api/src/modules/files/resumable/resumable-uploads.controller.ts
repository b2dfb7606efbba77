import { Controller, Delete, Head, HttpCode, Patch, Post, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { Principal } from '../../../kernel/principal.js';
import { AnswersHeaders, Needs, Refuses, TakesBytes, TakesHeaders } from '../../../platform/documented.js';
import { type ApiRequest, CurrentPrincipal } from '../../../platform/http/request.js';
import { UuidParam } from '../../../platform/http/valid.js';
import { RateLimitedButRepeats } from '../../../platform/limits/rate-limit.guard.js';
import { UploadLimits } from '../upload-limits.js';
import { ResumableUploadsService } from './resumable-uploads.service.js';
import { type Asked, TusAdapter } from './tus.adapter.js';

/** Uploads by tus 1.0.0, with its extensions creation, expiration and termination. */
@Controller('files/uploads')
export class ResumableUploadsController {
  constructor(
    private readonly tus: TusAdapter,
    private readonly uploads: ResumableUploadsService,
    private readonly limits: UploadLimits,
  ) {}

  /**
   * Begins an upload of `Upload-Length` bytes, by tus 1.0.0. `Upload-Metadata` has its `filename`, and a `clientUploadId` under
   * which the same once more is the same upload. It goes on at `Location`.
   */
  @Post()
  @Needs('account')
  @Refuses('validation_failed', 'too_large', 'idempotency_conflict', 'unsupported')
  @TakesHeaders('Tus-Resumable', 'Upload-Length', 'Upload-Metadata')
  @AnswersHeaders('Location', 'Upload-Expires', 'Upload-File')
  @RateLimitedButRepeats('uploads')
  begin(
    @CurrentPrincipal() principal: Principal,
    @Req() request: ApiRequest,
    @Res() response: Response,
  ): Promise<void> {
    return this.tus.answer({ principal, id: null, request }, response);
  }

  /** How many bytes have come, in `Upload-Offset`. Once all have, `Upload-File` is what `POST files` answers, as JSON. */
  @Head(':id')
  @Needs('account')
  @Refuses('conflict', 'too_large', 'idempotency_conflict', 'storage_full', 'unsupported')
  @TakesHeaders('Tus-Resumable')
  @AnswersHeaders('Upload-Offset', 'Upload-Length', 'Upload-Metadata', 'Upload-File')
  async state(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @Req() request: ApiRequest,
    @Res() response: Response,
  ): Promise<void> {
    await this.answerOwn({ principal, id, request }, response);
  }

  /**
   * The next bytes, from `Upload-Offset` on, as `application/offset+octet-stream`. What came of a request that is cut off is kept.
   * With the last one, `Upload-File` is what `POST files` answers, as JSON.
   */
  @Patch(':id')
  @Needs('account')
  @HttpCode(204)
  @Refuses('conflict', 'too_large', 'idempotency_conflict', 'unsupported_media_type', 'storage_full', 'unsupported')
  @TakesHeaders('Tus-Resumable', 'Upload-Offset')
  @TakesBytes('application/offset+octet-stream')
  @AnswersHeaders('Upload-Offset', 'Upload-Expires', 'Upload-File')
  async append(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @Req() request: ApiRequest,
    @Res() response: Response,
  ): Promise<void> {
    await this.uploads.requireOwn(principal, id);
    await this.limits.during(principal.userId, request, async (refusal) => {
      if (refusal) throw refusal;
      await this.tus.answer({ principal, id, request }, response);
    });
  }

  /** Ends it, and leaves nothing of it; what has become a file stays one. */
  @Delete(':id')
  @Needs('account')
  @HttpCode(204)
  @Refuses('conflict', 'unsupported')
  @TakesHeaders('Tus-Resumable')
  async cancel(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @Req() request: ApiRequest,
    @Res() response: Response,
  ): Promise<void> {
    await this.answerOwn({ principal, id, request }, response);
  }

  private async answerOwn(asked: Asked & { id: string }, response: Response): Promise<void> {
    await this.uploads.requireOwn(asked.principal, asked.id);
    await this.tus.answer(asked, response);
  }
}
