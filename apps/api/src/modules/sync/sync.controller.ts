import { Controller, HttpCode, HttpStatus, Post } from '@nestjs/common';
import type { SyncAnswer } from '@parley/protocol';
import type { Principal } from '../../kernel/principal.js';
import { Needs } from '../../platform/documented.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { ValidBody } from '../../platform/http/valid.js';
import { AsCommand } from '../../realtime/commands/command.interceptor.js';
import { SyncDto } from './dto/sync.dto.js';
import { SyncService } from './sync.service.js';

@Controller('sync')
export class SyncController {
  constructor(private readonly service: SyncService) {}

  /** What changed since the caller was here. */
  @Post()
  @Needs('self')
  @AsCommand('sync')
  @HttpCode(HttpStatus.OK)
  sync(@CurrentPrincipal() principal: Principal, @ValidBody(SyncDto) body: SyncDto): Promise<SyncAnswer> {
    return this.service.sync(principal, body);
  }
}
