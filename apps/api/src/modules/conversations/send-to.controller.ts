import { Controller, Post, Res } from '@nestjs/common';
import type { DuplicateReceipt, Message, SendToBody } from '@parley/protocol';
import type { Response } from 'express';
import { asParleyError, invalid } from '../../kernel/errors.js';
import { AliasOf, Needs, Refuses, Repeatable } from '../../platform/documented.js';
import { ValidBody } from '../../platform/http/valid.js';
import { RateLimits } from '../../platform/limits/rate-limits.js';
import { AsCommand } from '../../realtime/commands/command.interceptor.js';
import { Charged, type Sender } from '../../realtime/commands/send-charge.js';
import { answerSend, MessagesService, SendToDto } from '../messages/index.js';
import { ConversationCreation } from './conversation-creation.js';

/** `POST messages/send`: an alias that finds or creates the direct conversation with the receiver. */
@Controller('messages/send')
export class SendToController {
  constructor(
    private readonly messages: MessagesService,
    private readonly creation: ConversationCreation,
    private readonly limits: RateLimits,
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
    const target = await this.target(sender, { receiverId, conversationId, ...message });
    return answerSend(await this.messages.send(sender, target, message), response);
  }

  private async target(
    { principal, charge }: Sender,
    { receiverId, conversationId, ...message }: SendToBody,
  ): Promise<string> {
    if (receiverId === undefined) {
      if (conversationId === undefined) throw invalid('receiverId', 'must be given, or conversationId');
      return conversationId;
    }
    if (conversationId !== undefined) throw invalid('receiverId', 'cannot be combined with conversationId');
    const peerId = receiverId.toLowerCase();
    // Where there is one already, sending itself decides: a repeat is answered whatever the limits are now.
    const known = await this.creation.findDirect(principal, peerId);
    if (known) return known;
    if (charge.refusal) throw charge.refusal;
    this.messages.check(principal, message);
    const refusal = this.limits.charge('creations', principal.userId)?.refusal;
    if (refusal) throw refusal;
    try {
      return (await this.creation.create(principal, { type: 'direct', memberIds: [peerId] })).id;
    } catch (fault) {
      throw asParleyError(fault).code === 'validation_failed' ? invalid('receiverId', 'must be another user') : fault;
    }
  }
}
