import { Inject, Injectable } from '@nestjs/common';
import type { DuplicateReceipt, Message, MessagePage, SendMessageBody } from '@parley/protocol';
import { CONFIG, type Config } from '../../config/config.js';
import { asParleyError, conflict, invalid, notFound, ParleyError } from '../../kernel/errors.js';
import { isUuid, newId } from '../../kernel/ids.js';
import type { Principal } from '../../kernel/principal.js';
import type { PageRequest } from './message-anchor.js';
import type { Original, Outcome, PreparedMessage, Refusal } from './message-batch.js';
import { MessagePages } from './message-pages.js';
import { checkContentSize, prepareMessage } from './message-preparation.js';
import { MessageWriter } from './message-writer.js';
import { MessagesRepository } from './messages.repository.js';

/** What became of a send. `version` is that of the message's `message:new`. */
export type Sent =
  | { duplicate: boolean; message: Message; version: number }
  /** A repeat by someone who may not read any more. */
  | { duplicate: true; receipt: DuplicateReceipt };

@Injectable()
export class MessagesService {
  constructor(
    private readonly writer: MessageWriter,
    private readonly repository: MessagesRepository,
    private readonly pages: MessagePages,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Stores a message once, however often it is sent under one `clientMessageId`. Every refusal tells that id. */
  async send(principal: Principal, conversationId: string, body: SendMessageBody): Promise<Sent> {
    const clientMessageId = body.clientMessageId?.toLowerCase() ?? newId();
    try {
      if (!isUuid(conversationId)) throw invalid('id', 'must be a UUID');
      const prepared = prepareMessage(principal, { conversationId, clientMessageId, body });
      // A repeat is answered even where a limit that was lowered since would refuse it.
      const repeat = this.exceedsLimit(body) ? await this.findRepeat(prepared) : null;
      if (repeat) return repeat;
      checkContentSize(body.content, this.config.contentBytes);
      return await this.settled(prepared, await this.writer.write(prepared));
    } catch (fault) {
      throw asParleyError(fault).withClientMessageId(clientMessageId);
    }
  }

  /** Refuses what could not be sent to anybody, before anything is made ready for it. */
  check(principal: Principal, body: SendMessageBody): void {
    prepareMessage(principal, { conversationId: '', clientMessageId: '', body });
    checkContentSize(body.content, this.config.contentBytes);
  }

  /** @throws `not_found` */
  async get(principal: Principal, messageId: string, conversationId?: string): Promise<Message> {
    const message = await this.pages.find(messageId, principal.userId, conversationId);
    if (!message) throw notFound();
    return message;
  }

  page(principal: Principal, conversationId: string, request: PageRequest): Promise<MessagePage> {
    return this.pages.read(conversationId, principal.userId, request);
  }

  private exceedsLimit(body: SendMessageBody): boolean {
    return (
      body.content.length * 3 > this.config.contentBytes && Buffer.byteLength(body.content) > this.config.contentBytes
    );
  }

  private async settled(sent: PreparedMessage, outcome: Outcome): Promise<Sent> {
    switch (outcome.kind) {
      case 'new':
        return { duplicate: false, message: outcome.message, version: outcome.message.version };
      case 'duplicate':
        return outcome.mayRead ? this.original(sent, outcome.original) : receiptOf(sent, outcome.original);
      case 'refused':
        throw refusal(outcome.reason);
      case 'busy':
        throw new ParleyError('service_unavailable');
    }
  }

  private async original(sent: PreparedMessage, original: Original): Promise<Sent> {
    const message = await this.pages.find(original.id, sent.senderId, sent.conversationId);
    return message ? { duplicate: true, message, version: original.version } : receiptOf(sent, original);
  }

  private async findRepeat(sent: PreparedMessage): Promise<Sent | null> {
    const found = await this.repository.findRepeat(sent);
    if (!found) return null;
    const { row, mayRead } = found;
    if (row.payloadHash.toString('hex') !== sent.payloadHash) throw new ParleyError('idempotency_conflict');
    const original = { id: row.id, seq: row.seq, version: row.createdVersion, createdAt: row.createdAt.toISOString() };
    return mayRead ? this.original(sent, original) : receiptOf(sent, original);
  }
}

function receiptOf(sent: PreparedMessage, original: Original): Sent {
  const { conversationId, clientMessageId } = sent;
  return {
    duplicate: true,
    receipt: { id: original.id, conversationId, clientMessageId, seq: original.seq, duplicate: true },
  };
}

function refusal(reason: Refusal): ParleyError {
  switch (reason) {
    case 'not_found':
      return notFound();
    case 'archived':
      return conflict('conversation', 'archived');
    case 'idempotency_conflict':
      return new ParleyError('idempotency_conflict');
    case 'reply_unknown':
      return invalid('replyToId', 'is not a message of this conversation');
    case 'reply_deleted':
      return conflict('replyToId', 'deleted');
  }
}
