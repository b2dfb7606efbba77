import { Controller, HttpCode, HttpStatus, Post, Res } from '@nestjs/common';
import type { AcceptedInvite, InviteView } from '@parley/protocol';
import type { Response } from 'express';
import type { Principal } from '../../kernel/principal.js';
import { Needs, Refuses, Repeatable } from '../../platform/documented.js';
import { CurrentPrincipal, Public } from '../../platform/http/request.js';
import { ValidBody } from '../../platform/http/valid.js';
import { RateLimited } from '../../platform/limits/rate-limit.guard.js';
import { LinkTokenDto } from '../auth/index.js';
import { InvitesService } from './invites.service.js';
import { JoiningService } from './joining.service.js';

/** The token comes in the body: servers and proxies write down which addresses were asked for. */
@Controller('invites')
export class JoiningController {
  constructor(
    private readonly invites: InvitesService,
    private readonly joining: JoiningService,
  ) {}

  /** The group to which it leads. Used up, taken back or too old: `conflict` with `used`, `revoked` or `expired` in its details. */
  @Public()
  @Post('view')
  @Needs('public')
  @Refuses('not_found', 'conflict')
  @HttpCode(HttpStatus.OK)
  @RateLimited('passwords', 'address')
  view(@ValidBody(LinkTokenDto) { token }: LinkTokenDto): Promise<InviteView> {
    return this.invites.view(token);
  }

  /** Joins the group; 200 where one is a member already. Who is banned, or blocked by whoever made the link: `forbidden`. */
  @Post('accept')
  @Needs('account')
  @RateLimited('creations')
  @Repeatable()
  @Refuses('not_found', 'forbidden', 'conflict')
  async accept(
    @CurrentPrincipal() principal: Principal,
    @ValidBody(LinkTokenDto) { token }: LinkTokenDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AcceptedInvite> {
    const { conversationId, isNew } = await this.joining.accept(principal, token);
    response.status(isNew ? HttpStatus.CREATED : HttpStatus.OK);
    return { conversationId };
  }
}
