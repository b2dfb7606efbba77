import { Controller, Delete, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { AccountLink, LinkView, Session } from '@parley/protocol';
import type { Request, Response } from 'express';
import type { Principal } from '../../kernel/principal.js';
import { Needs, Refuses } from '../../platform/documented.js';
import { OriginPolicy } from '../../platform/http/origin.policy.js';
import { CurrentPrincipal, Public } from '../../platform/http/request.js';
import { UuidParam, ValidBody } from '../../platform/http/valid.js';
import { RateLimited } from '../../platform/limits/rate-limit.guard.js';
import { clientOf } from './auth.controller.js';
import { AuthService } from './auth.service.js';
import { CreateLinkDto, LinkTokenDto, ResetPasswordDto } from './dto/links.dto.js';
import { LinksService } from './links.service.js';
import { RefreshCookie } from './refresh-cookie.js';

@Controller('auth')
export class LinksController {
  constructor(
    private readonly links: LinksService,
    private readonly auth: AuthService,
    private readonly cookie: RefreshCookie,
    private readonly origins: OriginPolicy,
  ) {}

  /**
   * A link that works once. An invite for a username that is taken, a reset for someone who has no password here or is
   * disabled: `conflict`.
   */
  @Post('links')
  @Needs('server_admin')
  @Refuses('not_found', 'conflict')
  async create(
    @CurrentPrincipal() { userId }: Principal,
    @ValidBody(CreateLinkDto) body: CreateLinkDto,
    @Req() request: Request,
  ): Promise<AccountLink> {
    const { path, ...link } = await this.links.create(userId, body);
    return { ...link, url: this.origins.pageOf(request) + path };
  }

  /** Takes a link back that nobody has used yet. */
  @Delete('links/:id')
  @Needs('server_admin')
  @Refuses('not_found')
  @HttpCode(204)
  revoke(@CurrentPrincipal() { userId }: Principal, @UuidParam('id') id: string): Promise<void> {
    return this.links.revoke(userId, id);
  }

  /** What a link is for. Used, taken back or too old: `conflict` with `used`, `revoked` or `expired` in its details. */
  @Public()
  @Post('links/view')
  @Needs('public')
  @Refuses('not_found', 'conflict')
  @HttpCode(200)
  @RateLimited('passwords', 'address')
  view(@ValidBody(LinkTokenDto) { token }: LinkTokenDto): Promise<LinkView> {
    return this.links.view(token);
  }

  /** Sets a new password by a link, which ends every session of the account, and signs in. */
  @Public()
  @Post('reset')
  @Needs('public')
  @Refuses('not_found', 'conflict', 'forbidden')
  @HttpCode(200)
  @RateLimited('passwords', 'address')
  async reset(
    @ValidBody(ResetPasswordDto) body: ResetPasswordDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Session> {
    const { answer, refreshToken } = await this.auth.resetPassword(body, clientOf(request));
    this.cookie.set(response, refreshToken);
    return answer;
  }
}
