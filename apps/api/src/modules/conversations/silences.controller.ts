import { Controller, Delete, Put } from '@nestjs/common';
import type { Member } from '@parley/protocol';
import type { Principal } from '../../kernel/principal.js';
import { Needs, Refuses } from '../../platform/documented.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { UuidParam, ValidBody } from '../../platform/http/valid.js';
import { RateLimited } from '../../platform/limits/rate-limit.guard.js';
import { SilenceDto } from './dto/moderation-bodies.dto.js';
import { SilencesService } from './silences.service.js';

@Controller(['conversations/:id/members/:userId/silence', 'rooms/:id/members/:userId/silence'])
export class SilencesController {
  constructor(private readonly silences: SilencesService) {}

  /**
   * For so long from now on, a minute to a year, the member's sends and edits are `forbidden`, with `retryAfterMs`. It ends
   * by itself. Anybody may be silenced but owners and oneself.
   */
  @Put()
  @Needs('silence')
  @RateLimited('administration')
  @Refuses('forbidden', 'conflict')
  silence(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @UuidParam('userId') userId: string,
    @ValidBody(SilenceDto) { seconds }: SilenceDto,
  ): Promise<Member> {
    return this.silences.silence(principal, id, { userId, seconds });
  }

  /** Ends it at once; an admin's own is ended by another. */
  @Delete()
  @Needs('silence')
  @RateLimited('administration')
  @Refuses('forbidden', 'conflict')
  end(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @UuidParam('userId') userId: string,
  ): Promise<Member> {
    return this.silences.end(principal, id, userId);
  }
}
