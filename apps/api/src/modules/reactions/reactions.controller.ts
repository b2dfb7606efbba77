import { Controller, Delete, Get, HttpStatus, Param, Post, Res } from '@nestjs/common';
import type { MessageReactions, ReactionResult } from '@parley/protocol';
import type { Response } from 'express';
import type { Principal } from '../../kernel/principal.js';
import { Needs, Repeatable } from '../../platform/documented.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { UuidParam, ValidBody } from '../../platform/http/valid.js';
import { AsCommand } from '../../realtime/commands/command.interceptor.js';
import { ReactionDto } from './dto/reaction.dto.js';
import { ReactionsService } from './reactions.service.js';

@Controller('messages/:id/reactions')
export class ReactionsController {
  constructor(private readonly reactions: ReactionsService) {}

  /**
   * For each emoji, in the order in which each came first, its first hundred people; fewer where the answer would pass
   * 512 KB.
   */
  @Get()
  @Needs('read')
  list(@CurrentPrincipal() principal: Principal, @UuidParam('id') id: string): Promise<MessageReactions> {
    return this.reactions.list(principal, id);
  }

  /** 200 where it was there already. */
  @Post()
  @Needs('react')
  @Repeatable()
  @AsCommand('reaction:add')
  async add(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @ValidBody(ReactionDto) body: ReactionDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReactionResult> {
    const result = await this.reactions.add(principal, id, body.emoji);
    response.status(result.changed ? HttpStatus.CREATED : HttpStatus.OK);
    return result;
  }

  /** The emoji percent-encoded. */
  @Delete(':emoji')
  @Needs('react')
  @AsCommand('reaction:remove')
  remove(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @Param('emoji') emoji: string,
  ): Promise<ReactionResult> {
    return this.reactions.remove(principal, id, emoji);
  }
}
