import { Controller, Delete, Get, HttpCode, HttpStatus, Put } from '@nestjs/common';
import type { Page, UserView } from '@parley/protocol';
import type { Principal } from '../../kernel/principal.js';
import { Needs, Refuses } from '../../platform/documented.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { UuidParam } from '../../platform/http/valid.js';
import { BlocksService } from './blocks.service.js';

@Controller('users')
export class BlocksController {
  constructor(private readonly blocks: BlocksService) {}

  /** Whom the caller blocks, at most 1,000. */
  @Get('me/blocks')
  @Needs('self')
  list(@CurrentPrincipal() principal: Principal): Promise<Page<UserView>> {
    return this.blocks.list(principal);
  }

  /** Their direct messages to the caller are `forbidden` from now on; all else is answered as ever. */
  @Put(':id/block')
  @Needs('account')
  @Refuses('conflict')
  @HttpCode(HttpStatus.NO_CONTENT)
  block(@CurrentPrincipal() principal: Principal, @UuidParam('id') id: string): Promise<void> {
    return this.blocks.block(principal, id);
  }

  @Delete(':id/block')
  @Needs('account')
  @HttpCode(HttpStatus.NO_CONTENT)
  unblock(@CurrentPrincipal() principal: Principal, @UuidParam('id') id: string): Promise<void> {
    return this.blocks.unblock(principal, id);
  }
}
