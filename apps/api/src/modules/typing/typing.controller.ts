import { Controller, Get } from '@nestjs/common';
import type { TypingUsers } from '@parley/protocol';
import type { Principal } from '../../kernel/principal.js';
import { Needs } from '../../platform/documented.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { UuidParam } from '../../platform/http/valid.js';
import { TypingService } from './typing.service.js';

@Controller()
export class TypingController {
  constructor(private readonly typing: TypingService) {}

  /** The caller included. */
  @Get(['conversations/:id/typing', 'rooms/:id/typing'])
  @Needs('see_presence')
  list(@CurrentPrincipal() principal: Principal, @UuidParam('id') id: string): Promise<TypingUsers> {
    return this.typing.list(principal, id);
  }
}
