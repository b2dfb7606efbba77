import { Controller, Get, HttpStatus, Patch, Post, Res } from '@nestjs/common';
import type { ConversationDetail, ConversationPage } from '@parley/protocol';
import type { Response } from 'express';
import type { Principal } from '../../kernel/principal.js';
import { Needs, Refuses, Repeatable } from '../../platform/documented.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { UuidParam, ValidBody, ValidQuery } from '../../platform/http/valid.js';
import { RateLimited } from '../../platform/limits/rate-limit.guard.js';
import { ConversationCreation } from './conversation-creation.js';
import { ConversationLists } from './conversation-lists.js';
import { ConversationsService } from './conversations.service.js';
import { CreateConversationDto, ListQueryDto, UpdateConversationDto } from './dto/conversation-bodies.dto.js';

@Controller(['conversations', 'rooms'])
export class ConversationsController {
  constructor(
    private readonly creation: ConversationCreation,
    private readonly conversations: ConversationsService,
    private readonly lists: ConversationLists,
  ) {}

  /** Mine, by `updatedAt` descending. */
  @Get()
  @Needs('self')
  list(
    @CurrentPrincipal() principal: Principal,
    @ValidQuery(ListQueryDto) query: ListQueryDto,
  ): Promise<ConversationPage> {
    return this.lists.page(principal.userId, query);
  }

  /**
   * A direct conversation exists once per pair, and an `id` made by the client makes a creation repeatable: 200 with one
   * that was there already. Members by `externalId` need the scope `users:provision`, else `forbidden`.
   */
  @Post()
  @Needs('account')
  @RateLimited('creations')
  @Repeatable()
  @Refuses('forbidden', 'not_found', 'idempotency_conflict')
  async create(
    @CurrentPrincipal() principal: Principal,
    @ValidBody(CreateConversationDto) body: CreateConversationDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ConversationDetail> {
    const { id, created } = await this.creation.create(principal, body);
    response.status(created ? HttpStatus.CREATED : HttpStatus.OK);
    return this.lists.detail(principal.userId, id);
  }

  @Get(':id')
  @Needs('read')
  get(@CurrentPrincipal() principal: Principal, @UuidParam('id') id: string): Promise<ConversationDetail> {
    return this.lists.detail(principal.userId, id);
  }

  /** Exactly one of `name` and `isArchived`. */
  @Patch(':id')
  @Needs('rename', 'archive')
  @Refuses('forbidden', 'conflict')
  update(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @ValidBody(UpdateConversationDto) body: UpdateConversationDto,
  ): Promise<ConversationDetail> {
    return this.conversations.update(principal, id, body);
  }
}
