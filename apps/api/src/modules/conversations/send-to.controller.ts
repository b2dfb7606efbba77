import { Controller, Post, Res } from '@nestjs/common';
import type { DuplicateReceipt, Message } from '@parley/protocol';
import type { Response } from 'express';
import { AliasOf, Needs, Refuses, Repeatable } from '../../platform/documented.js';
import { ValidBody } from '../../platform/http/valid.js';
import { AsCommand } from '../../realtime/commands/command.interceptor.js';
import { Charged, type Sender } from '../../realtime/commands/send-charge.js';
import { answerSend, MessagesService, SendTargets, SendToDto } from '../messages/index.js';

/** `POST messages/send`: an alias that finds or creates the direct conversation with the receiver. */
@Controller('messages/send')
export class SendToController {
  constructor(
    private readonly messages: MessagesService,
    private readonly targets: SendTargets,
  ) {}

  /** Exactly one of `receiverId`, who is found or given a direct conversation, and `conversationId`. */
  @Post()
  @Needs('send')
  @Repeatable('Parley-Duplicate')
  @AliasOf('POST conversations/:id/messages')
  @Refuses('not_found', 'forbidden')
  @AsCommand('message:send')
  async send(
    @Charged() sender: Sender,
    @ValidBody(SendToDto) body: SendToDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Message | DuplicateReceipt> {
    const { receiverId, conversationId, ...message } = body;
    const target = await this.targets.of(sender, { receiverId, conversationId, ...message });
    return answerSend(await this.messages.send(sender, target, message), response);
  }
}
