import { Controller, Get, Put } from '@nestjs/common';
import type { Hold, Retention } from '@parley/protocol';
import type { Principal } from '../../kernel/principal.js';
import { Needs, Refuses } from '../../platform/documented.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { UuidParam, ValidBody } from '../../platform/http/valid.js';
import { RateLimited } from '../../platform/limits/rate-limit.guard.js';
import { HoldDto, RetentionDto } from './dto/retention-bodies.dto.js';
import { RetentionService } from './retention.service.js';

@Controller(['conversations/:id', 'rooms/:id'])
export class RetentionController {
  constructor(private readonly retention: RetentionService) {}

  /** For how many days its messages are kept: `days`, or `serverDays` where that is null; for ever where both are. */
  @Get('retention')
  @Needs('read')
  get(@CurrentPrincipal() principal: Principal, @UuidParam('id') id: string): Promise<Retention> {
    return this.retention.get(principal, id);
  }

  /** Longer or shorter than the server keeps them; null: as the server does. */
  @Put('retention')
  @Needs('set_retention')
  @RateLimited('administration')
  @Refuses('forbidden', 'conflict')
  set(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @ValidBody(RetentionDto) { days }: RetentionDto,
  ): Promise<Retention> {
    return this.retention.set(principal, id, days);
  }

  /** For server admins. */
  @Get('hold')
  @Needs('server_admin')
  getHold(@UuidParam('id') id: string): Promise<Hold> {
    return this.retention.getHold(id);
  }

  /** For server admins: while it is held nothing in it expires, however old. It shows them nothing of it. */
  @Put('hold')
  @Needs('server_admin')
  hold(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @ValidBody(HoldDto) { isHeld }: HoldDto,
  ): Promise<Hold> {
    return this.retention.hold(principal, id, isHeld);
  }
}
