import { Controller, Delete, HttpCode, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ParleyError } from '../../kernel/errors.js';
import { Needs, Refuses } from '../../platform/documented.js';
import { bearerOf } from '../../platform/http/bearer.js';
import { Public } from '../../platform/http/request.js';
import { ValidBody } from '../../platform/http/valid.js';
import { RateLimited } from '../../platform/limits/rate-limit.guard.js';
import { clientOf, RefreshCookie } from '../auth/index.js';
import { DeleteMeDto } from './dto/delete-me.dto.js';
import { LeavingService } from './leaving.service.js';

/** Beside the people, because whoever leaves for good leaves their groups too. */
@Controller('users/me')
export class LeavingController {
  constructor(
    private readonly leaving: LeavingService,
    private readonly cookie: RefreshCookie,
  ) {}

  /**
   * Deletes the caller's account for good: every session ends at once, and the rest goes soon after. A wrong password, and an
   * account that has none: `forbidden` with `wrong` or `none` in its details. Groups of which the caller is the last owner:
   * `conflict` with `last_owner` for each, as `groups.` and its id; the last server admin: `conflict` with `last_admin`. Public,
   * as it can be repeated with the token of the session that it ended.
   */
  @Public()
  @Delete()
  @Needs('self')
  @Refuses('unauthenticated', 'token_expired', 'forbidden', 'conflict', 'rate_limited')
  @HttpCode(204)
  @RateLimited('passwords', 'address')
  async leave(
    @ValidBody(DeleteMeDto) { password }: DeleteMeDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    const token = bearerOf(request.headers.authorization);
    if (token === null || request.query.token !== undefined) throw new ParleyError('unauthenticated');
    await this.leaving.leave(token, password, clientOf(request));
    this.cookie.clear(response);
  }
}
