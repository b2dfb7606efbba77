import { Controller, Delete, Get, HttpCode, Post } from '@nestjs/common';
import type { BotPage, BotToken, NewBot } from '@parley/protocol';
import type { Principal } from '../../kernel/principal.js';
import { Needs, Refuses } from '../../platform/documented.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { UuidParam, ValidBody } from '../../platform/http/valid.js';
import { BotsService } from './bots.service.js';
import { CreateBotDto, CreateBotTokenDto } from './dto/bots.dto.js';

/** All of it for server admins. */
@Controller('bots')
export class BotsController {
  constructor(private readonly bots: BotsService) {}

  /** By username, at most 1,000, those of the host product included. */
  @Get()
  @Needs('server_admin')
  list(): Promise<BotPage> {
    return this.bots.list();
  }

  /** A bot and its first token, which is shown this once. The username is taken: `conflict`. */
  @Post()
  @Needs('server_admin')
  @Refuses('conflict')
  create(@CurrentPrincipal() { userId }: Principal, @ValidBody(CreateBotDto) body: CreateBotDto): Promise<NewBot> {
    return this.bots.create(userId, body);
  }

  /** Another token, which is shown this once. */
  @Post(':id/tokens')
  @Needs('server_admin')
  @Refuses('not_found')
  issue(
    @CurrentPrincipal() { userId }: Principal,
    @UuidParam('id') id: string,
    @ValidBody(CreateBotTokenDto) { name }: CreateBotTokenDto,
  ): Promise<BotToken> {
    return this.bots.issue(userId, id, name);
  }

  /** Ends a token, and closes the sockets that came with it. */
  @Delete(':id/tokens/:tokenId')
  @Needs('server_admin')
  @Refuses('not_found')
  @HttpCode(204)
  revoke(
    @CurrentPrincipal() { userId }: Principal,
    @UuidParam('id') id: string,
    @UuidParam('tokenId') tokenId: string,
  ): Promise<void> {
    return this.bots.revoke(userId, id, tokenId);
  }
}
