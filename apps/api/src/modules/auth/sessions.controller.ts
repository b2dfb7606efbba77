import { Controller, Delete, Get, HttpCode } from '@nestjs/common';
import type { Page, SessionItem } from '@parley/protocol';
import type { Principal } from '../../kernel/principal.js';
import { Needs } from '../../platform/documented.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { UuidParam } from '../../platform/http/valid.js';
import { SessionsService } from './sessions.service.js';

@Controller('auth/sessions')
export class SessionsController {
  constructor(private readonly sessions: SessionsService) {}

  /** The latest used first, 100 at most. */
  @Get()
  @Needs('self')
  list(@CurrentPrincipal() principal: Principal): Promise<Page<SessionItem>> {
    return this.sessions.list(principal);
  }

  /** Ends that session. */
  @Delete(':id')
  @Needs('self')
  @HttpCode(204)
  async end(@CurrentPrincipal() principal: Principal, @UuidParam('id') id: string): Promise<void> {
    await this.sessions.endOwn(principal, id);
  }
}
