import { Controller, Delete, Get, HttpCode, HttpStatus, Put } from '@nestjs/common';
import type { BanPage } from '@parley/protocol';
import type { Principal } from '../../kernel/principal.js';
import { Needs, Refuses } from '../../platform/documented.js';
import { CursorQueryDto } from '../../platform/http/cursor-query.dto.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { UuidParam, ValidQuery } from '../../platform/http/valid.js';
import { RateLimited } from '../../platform/limits/rate-limit.guard.js';
import { BansService } from './bans.service.js';

@Controller(['conversations/:id/bans', 'rooms/:id/bans'])
export class BansController {
  constructor(private readonly bans: BansService) {}

  /** For admins and owners; the latest first. */
  @Get()
  @Needs('see_bans')
  @Refuses('forbidden')
  list(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @ValidQuery(CursorQueryDto) query: CursorQueryDto,
  ): Promise<BanPage> {
    return this.bans.list(principal, id, query);
  }

  /**
   * Removes them, if they are in it; adding them is a `conflict` from then on. Anybody may be banned but owners and
   * oneself, and by an admin no other admin who is in it.
   */
  @Put(':userId')
  @Needs('ban')
  @RateLimited('administration')
  @Refuses('forbidden', 'conflict')
  @HttpCode(HttpStatus.NO_CONTENT)
  ban(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @UuidParam('userId') userId: string,
  ): Promise<void> {
    return this.bans.ban(principal, id, userId);
  }

  /** They may be added again. */
  @Delete(':userId')
  @Needs('ban')
  @RateLimited('administration')
  @Refuses('forbidden', 'conflict')
  @HttpCode(HttpStatus.NO_CONTENT)
  unban(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @UuidParam('userId') userId: string,
  ): Promise<void> {
    return this.bans.unban(principal, id, userId);
  }
}
