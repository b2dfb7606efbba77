import { Controller, Patch } from '@nestjs/common';
import type { UserDetail } from '@parley/protocol';
import type { Principal } from '../../kernel/principal.js';
import { Needs, Refuses } from '../../platform/documented.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { UuidParam, ValidBody } from '../../platform/http/valid.js';
import { DisablingService } from './disabling.service.js';
import { UpdateUserDto } from './dto/credentials.dto.js';

/** Beside the accounts, and not the people, because disabling someone ends their sessions. */
@Controller('users')
export class DisablingController {
  constructor(private readonly disabling: DisablingService) {}

  /** For server admins, and not about themselves. The last server admin who can sign in, and who left for good: `conflict`. */
  @Patch(':id')
  @Needs('server_admin')
  @Refuses('conflict')
  update(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @ValidBody(UpdateUserDto) body: UpdateUserDto,
  ): Promise<UserDetail> {
    return this.disabling.setDisabled(principal, id, body.isDisabled);
  }
}
