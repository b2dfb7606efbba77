import { Controller, Delete, Get, HttpCode, HttpStatus, Patch, Post, Res } from '@nestjs/common';
import type { Member, MemberDetail, Page } from '@parley/protocol';
import type { Response } from 'express';
import type { Principal } from '../../kernel/principal.js';
import { Needs, Refuses, Repeatable } from '../../platform/documented.js';
import { CursorQueryDto } from '../../platform/http/cursor-query.dto.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { UuidParam, ValidBody, ValidQuery } from '../../platform/http/valid.js';
import { RateLimited } from '../../platform/limits/rate-limit.guard.js';
import { ConversationLists } from './conversation-lists.js';
import { AddMembersDto, UpdateMemberDto } from './dto/conversation-bodies.dto.js';
import { MembersService } from './members.service.js';

@Controller(['conversations/:id/members', 'rooms/:id/members'])
export class MembersController {
  constructor(
    private readonly members: MembersService,
    private readonly lists: ConversationLists,
  ) {}

  /** In order of joining. */
  @Get()
  @Needs('read')
  list(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @ValidQuery(CursorQueryDto) query: CursorQueryDto,
  ): Promise<Page<MemberDetail>> {
    return this.lists.members(principal.userId, id, query);
  }

  /** Those who were added, all with one version; 200 where all were members already. */
  @Post()
  @Needs('add_members')
  @RateLimited('creations')
  @Repeatable()
  @Refuses('forbidden', 'conflict')
  async add(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @ValidBody(AddMembersDto) body: AddMembersDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ items: Member[] }> {
    const items = await this.members.add(principal, id, body.memberIds);
    response.status(items.length > 0 ? HttpStatus.CREATED : HttpStatus.OK);
    return { items };
  }

  @Patch(':userId')
  @Needs('change_roles')
  @RateLimited('administration')
  @Refuses('forbidden', 'conflict')
  changeRole(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @UuidParam('userId') userId: string,
    @ValidBody(UpdateMemberDto) body: UpdateMemberDto,
  ): Promise<Member> {
    return this.members.changeRole(principal, id, { userId, role: body.role });
  }

  /** Removes a member; oneself is leaving. */
  @Delete(':userId')
  @Needs('leave', 'remove_member', 'remove_admin', 'remove_owner')
  @RateLimited('administration')
  @Refuses('forbidden', 'conflict')
  @HttpCode(HttpStatus.NO_CONTENT)
  remove(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @UuidParam('userId') userId: string,
  ): Promise<void> {
    return this.members.remove(principal, id, userId);
  }
}
