import { Controller, Get } from '@nestjs/common';
import { LIMITS, type MessagePage } from '@parley/protocol';
import { invalid, notFound } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import { AliasOf, Needs, Refuses } from '../../platform/documented.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { ValidQuery } from '../../platform/http/valid.js';
import { AsCommand } from '../../realtime/commands/command.interceptor.js';
import { MessagesQueryDto, MessagesService, parsePageRequest } from '../messages/index.js';
import { ConversationCreation } from './conversation-creation.js';

/** `GET messages`: an alias that finds the conversation by its id or by the other person of a direct one. */
@Controller('messages')
export class MessagesQueryController {
  constructor(
    private readonly messages: MessagesService,
    private readonly creation: ConversationCreation,
  ) {}

  /**
   * Exactly one of `conversationId` and `userId`, which stands for the direct conversation with that person: an empty page
   * where there is none.
   */
  @Get()
  @Needs('read')
  @AliasOf('GET conversations/:id/messages')
  @Refuses('not_found')
  @AsCommand('conversation:open')
  async page(
    @CurrentPrincipal() principal: Principal,
    @ValidQuery(MessagesQueryDto) { conversationId, userId, ...query }: MessagesQueryDto,
  ): Promise<MessagePage> {
    const request = parsePageRequest(query, LIMITS.pageDefault);
    if (userId === undefined) {
      if (conversationId === undefined) throw invalid('conversationId', 'must be given, or userId');
      return this.messages.page(principal, conversationId, request);
    }
    if (conversationId !== undefined) throw invalid('userId', 'cannot be combined with conversationId');
    const direct = await this.creation.findDirect(principal, userId.toLowerCase());
    if (direct) return this.messages.page(principal, direct, request);
    // As in any conversation that does not have this message.
    if (request.anchor?.kind === 'id') throw notFound();
    return {
      items: [],
      nextCursor: null,
      ...(request.direction === 'around' && { prevCursor: null }),
      hasMore: false,
      users: [],
    };
  }
}
