import { Controller, Get, Param, Post, Res } from '@nestjs/common';
import { type DuplicateReceipt, LIMITS, type Message, type MessagePage } from '@parley/protocol';
import type { Response } from 'express';
import type { Principal } from '../../kernel/principal.js';
import { AliasOf, Needs, Repeatable } from '../../platform/documented.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { UuidParam, ValidBody, ValidQuery } from '../../platform/http/valid.js';
import { AsCommand } from '../../realtime/commands/command.interceptor.js';
import { Charged, type Sender } from '../../realtime/commands/send-charge.js';
import { PageQueryDto } from './dto/page-query.dto.js';
import { SendMessageDto } from './dto/send-message.dto.js';
import { MessagesService } from './messages.service.js';
import { parsePageRequest } from './page-request.js';
import { answerSend } from './send-answer.js';

@Controller()
export class MessagesController {
  constructor(private readonly messages: MessagesService) {}

  /** At most one of `before`, `after` and `around`; without them the newest. */
  @Get(['conversations/:id/messages', 'rooms/:id/messages'])
  @Needs('read')
  @AsCommand('conversation:open')
  page(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @ValidQuery(PageQueryDto) query: PageQueryDto,
  ): Promise<MessagePage> {
    return this.messages.page(principal, id, parsePageRequest(query, LIMITS.pageDefault));
  }

  /** A repeat of the same `clientMessageId` is answered 200, with the header `Parley-Duplicate: true`. */
  @Post(['conversations/:id/messages', 'rooms/:id/messages'])
  @Needs('send')
  @Repeatable('Parley-Duplicate')
  @AsCommand('message:send')
  async send(
    @Charged() sender: Sender,
    @Param('id') id: string,
    @ValidBody(SendMessageDto) body: SendMessageDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Message | DuplicateReceipt> {
    return answerSend(await this.messages.send(sender, id, body), response);
  }

  @Get('rooms/:id/messages/:messageId')
  @Needs('read')
  @AliasOf('GET messages/:id')
  getIn(
    @CurrentPrincipal() principal: Principal,
    @UuidParam('id') id: string,
    @UuidParam('messageId') messageId: string,
  ): Promise<Message> {
    return this.messages.get(principal, messageId, id);
  }

  @Get('messages/:id')
  @Needs('read')
  get(@CurrentPrincipal() principal: Principal, @UuidParam('id') id: string): Promise<Message> {
    return this.messages.get(principal, id);
  }
}
