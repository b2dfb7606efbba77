import { Controller, Get } from '@nestjs/common';
import type { OnlineMembers } from '@parley/protocol';
import type { Principal } from '../../kernel/principal.js';
import { Needs } from '../../platform/documented.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { UuidParam } from '../../platform/http/valid.js';
import { PresenceService } from './presence.service.js';

@Controller(['conversations/:id/online', 'rooms/:id/online'])
export class PresenceController {
  constructor(private readonly presence: PresenceService) {}

  /** Present members who are online and do not hide it, at most 10,000. */
  @Get()
  @Needs('see_presence')
  online(@CurrentPrincipal() principal: Principal, @UuidParam('id') id: string): Promise<OnlineMembers> {
    return this.presence.online(principal.userId, id);
  }
}
