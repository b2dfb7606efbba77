import { Controller, Get, HttpStatus, Patch, Post, Res } from '@nestjs/common';
import type { ConversationDetail, ConversationPage } from '@parley/protocol';
import type { Response } from 'express';
import type { Principal } from '../../kernel/principal.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { UuidParam, ValidBody, ValidQuery } from '../../platform/http/valid.js';
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

  @Get()
  list(
    @CurrentPrincipal() principal: Principal,
    @ValidQuery(ListQueryDto) query: ListQueryDto,
  ): Promise<ConversationPage> {
    return this.lists.page(principal.userId, query);
  }

  /** 201 with the new conversation, 200 with one that was there already. */
  @Post()
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
  get(@CurrentPrincipal() principal: Principal, @UuidParam('id') id: string): Promise<ConversationDetail> {
    return this.lists.detail(principal.userId, id);
  }

  @Patch(':id')
  update(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @ValidBody(UpdateConversationDto) body: UpdateConversationDto,
  ): Promise<ConversationDetail> {
    return this.conversations.update(principal, id, body);
  }
}
