import { Controller, Get, HttpStatus, Param, Post, Res } from '@nestjs/common';
import type { AcceptedInvite, InviteView } from '@parley/protocol';
import type { Response } from 'express';
import type { Principal } from '../../kernel/principal.js';
import { Needs, Refuses, Repeatable } from '../../platform/documented.js';
import { CurrentPrincipal, Public } from '../../platform/http/request.js';
import { RateLimited } from '../../platform/limits/rate-limit.guard.js';
import { InvitesService } from './invites.service.js';
import { JoiningService } from './joining.service.js';

@Controller('invites')
export class JoiningController {
  constructor(
    private readonly invites: InvitesService,
    private readonly joining: JoiningService,
  ) {}

  /** The group to which it leads. Used up, taken back or too old: `conflict` with `used`, `revoked` or `expired` in its details. */
  @Public()
  @Get(':token')
  @Needs('public')
  @Refuses('not_found', 'conflict')
  @RateLimited('passwords', 'address')
  view(@Param('token') token: string): Promise<InviteView> {
    return this.invites.view(token);
  }

  /** Joins the group; 200 where one is a member already. Who is banned, or blocked by whoever made the link: `forbidden`. */
  @Post(':token/accept')
  @Needs('account')
  @RateLimited('creations')
  @Repeatable()
  @Refuses('not_found', 'forbidden', 'conflict')
  async accept(
    @CurrentPrincipal() principal: Principal,
    @Param('token') token: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AcceptedInvite> {
    const { conversationId, isNew } = await this.joining.accept(principal, token);
    response.status(isNew ? HttpStatus.CREATED : HttpStatus.OK);
    return { conversationId };
  }
}
