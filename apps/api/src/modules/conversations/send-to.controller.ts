import { Controller, Post, Res } from '@nestjs/common';
import type { DuplicateReceipt, Message, SendToBody } from '@parley/protocol';
import type { Response } from 'express';
import { invalid } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import { CurrentPrincipal } from '../../platform/http/request.js';
import { ValidBody } from '../../platform/http/valid.js';
import { answerSend, MessagesService, SendToDto } from '../messages/index.js';
import { ConversationCreation } from './conversation-creation.js';

/** `POST messages/send`: an alias that finds or creates the direct conversation with the receiver. */
@Controller('messages/send')
export class SendToController {
  constructor(
    private readonly messages: MessagesService,
    private readonly creation: ConversationCreation,
  ) {}

  @Post()
  async send(
    @CurrentPrincipal() principal: Principal,
    @ValidBody(SendToDto) body: SendToDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Message | DuplicateReceipt> {
    const conversationId = await this.target(principal, body);
    return answerSend(await this.messages.send(principal, conversationId, body), response);
  }

  private async target(principal: Principal, { receiverId, conversationId, ...message }: SendToBody): Promise<string> {
    if ((receiverId === undefined) === (conversationId === undefined)) {
      throw invalid('receiverId', 'must be given, or conversationId, and not both');
    }
    if (conversationId !== undefined) return conversationId;
    this.messages.check(principal, message);
    const { id } = await this.creation.create(principal, { type: 'direct', memberIds: receiverId ? [receiverId] : [] });
    return id;
  }
}
