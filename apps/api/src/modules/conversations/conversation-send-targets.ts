import { Injectable } from '@nestjs/common';
import type { SendToBody } from '@parley/protocol';
import { asParleyError, invalid } from '../../kernel/errors.js';
import { RateLimits } from '../../platform/limits/rate-limits.js';
import type { Sender } from '../../realtime/commands/send-charge.js';
import { MessagesService, type SendTargets } from '../messages/index.js';
import { ConversationCreation } from './conversation-creation.js';

@Injectable()
export class ConversationSendTargets implements SendTargets {
  constructor(
    private readonly messages: MessagesService,
    private readonly creation: ConversationCreation,
    private readonly limits: RateLimits,
  ) {}

  async of(sender: Sender, { receiverId, conversationId, ...message }: SendToBody): Promise<string> {
    if (receiverId === undefined) {
      if (conversationId === undefined) throw invalid('conversationId', 'must be given, or receiverId');
      return conversationId;
    }
    if (conversationId !== undefined) throw invalid('receiverId', 'cannot be combined with conversationId');
    const { principal, charge } = sender;
    const peerId = receiverId.toLowerCase();
    // Where there is one already, sending itself decides: a repeat is answered whatever the limits are now.
    const known = await this.creation.findDirect(principal, peerId);
    if (known) return known;
    if (charge.refusal) throw charge.refusal;
    this.messages.check(sender, message);
    const refusal = this.limits.charge('creations', principal.userId)?.refusal;
    if (refusal) throw refusal;
    try {
      return (await this.creation.create(principal, { type: 'direct', memberIds: [peerId] })).id;
    } catch (fault) {
      throw asParleyError(fault).code === 'validation_failed' ? invalid('receiverId', 'must be another user') : fault;
    }
  }
}
