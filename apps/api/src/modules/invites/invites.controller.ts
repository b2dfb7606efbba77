import { Controller, Delete, Get, HttpCode, HttpStatus, Post, Req } from '@nestjs/common';
import type { InvitePage, MadeInvite } from '@parley/protocol';
import type { Request } from 'express';
import { publicPath } from '../../kernel/base-path.js';
import type { Principal } from '../../kernel/principal.js';
import { Needs, Refuses } from '../../platform/documented.js';
import { CursorQueryDto } from '../../platform/http/cursor-query.dto.js';
import { OriginPolicy } from '../../platform/http/origin.policy.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { UuidParam, ValidBody, ValidQuery } from '../../platform/http/valid.js';
import { RateLimited } from '../../platform/limits/rate-limit.guard.js';
import { CreateInviteDto } from './dto/invite-bodies.dto.js';
import { InvitesService } from './invites.service.js';

@Controller(['conversations/:id/invites', 'rooms/:id/invites'])
export class InvitesController {
  constructor(
    private readonly invites: InvitesService,
    private readonly origins: OriginPolicy,
  ) {}

  /** Those of a group that can still be used or are used up, the latest first. For admins and owners. */
  @Get()
  @Needs('see_invites')
  @Refuses('forbidden')
  list(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @ValidQuery(CursorQueryDto) query: CursorQueryDto,
  ): Promise<InvitePage> {
    return this.invites.list(principal, id, query);
  }

  /** A link by which people join the group; its token is answered here and never again. */
  @Post()
  @Needs('invite')
  @RateLimited('administration')
  @Refuses('forbidden', 'conflict')
  async create(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @ValidBody(CreateInviteDto) body: CreateInviteDto,
    @Req() request: Request,
  ): Promise<MadeInvite> {
    const invite = await this.invites.create(principal, id, body);
    // Behind a `#`, which browsers send to no server.
    return { ...invite, url: this.origins.pageOf(request) + publicPath(`/join#${invite.token}`) };
  }

  /** Nobody joins by it any more. */
  @Delete(':inviteId')
  @Needs('invite')
  @RateLimited('administration')
  @Refuses('forbidden', 'conflict')
  @HttpCode(HttpStatus.NO_CONTENT)
  revoke(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @UuidParam('inviteId') inviteId: string,
  ): Promise<void> {
    return this.invites.revoke(principal, id, inviteId);
  }
}
