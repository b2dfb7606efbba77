import { Inject, Injectable } from '@nestjs/common';
import type { DuplicateReceipt, Message, MessagePage, SendMessageBody } from '@parley/protocol';
import { CONFIG, type Config } from '../../config/config.js';
import { asParleyError, conflict, invalid, notFound, ParleyError } from '../../kernel/errors.js';
import { isUuid, newId } from '../../kernel/ids.js';
import type { Principal } from '../../kernel/principal.js';
import type { SendCharge, Sender } from '../../realtime/commands/send-charge.js';
import {
  ConversationLog,
  MessageTextRepository,
  type Original,
  type Outcome,
  type PreparedMessage,
  silenced,
} from '../conversation-log/index.js';
import { MessagePages } from './message-pages.js';
import {
  checkContentLength,
  checkContentSize,
  checkFiles,
  fileRefusal,
  payloadHashOf,
  prepareMessage,
  type SendRequest,
} from './message-preparation.js';
import { requireSchema } from './message-type.js';
import type { PageRequest } from './page-request.js';
import { SpamDetector } from './spam-detector.js';

/** What became of a send. `version` is that of the message's `message:new`. */
export type Sent =
  | { duplicate: boolean; message: Message; version: number }
  /** A repeat by someone who may not read any more. */
  | { duplicate: true; receipt: DuplicateReceipt };

/** What a repeat is known by. */
type Identity = Pick<PreparedMessage, 'conversationId' | 'senderId' | 'clientMessageId' | 'payloadHash'>;

interface Refused {
  fault: unknown;
  /** Null where it is nothing that could ever have been stored. */
  sent: Identity | null;
}

@Injectable()
export class MessagesService {
  constructor(
    private readonly log: ConversationLog,
    private readonly texts: MessageTextRepository,
    private readonly pages: MessagePages,
    private readonly spam: SpamDetector,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Stores a message once, however often it is sent under one `clientMessageId`. Every refusal has that id. */
  async send(sender: Sender, conversationId: string, body: SendMessageBody): Promise<Sent> {
    const { charge } = sender;
    const clientMessageId = body.clientMessageId?.toLowerCase() ?? newId();
    try {
      if (!isUuid(conversationId)) throw invalid('id', 'must be a UUID');
      const prepared = this.prepare(sender, { conversationId, clientMessageId, body });
      if (!('fault' in prepared)) return await this.settled(prepared, await this.log.appendMessage(prepared), charge);
      // A repeat is answered even where a limit, or a rule that came since, would refuse it.
      const repeat = prepared.sent && body.clientMessageId ? await this.texts.findRepeat(prepared.sent) : null;
      if (prepared.sent && repeat) return await this.settled(prepared.sent, repeat, charge);
      throw asParleyError(prepared.fault);
    } catch (fault) {
      throw asParleyError(fault).withClientMessageId(clientMessageId);
    }
  }

  /** Refuses what no conversation accepts, before anything is prepared for it. */
  check(sender: Sender, body: SendMessageBody): void {
    this.prepared(sender, { conversationId: '', clientMessageId: '', body });
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

  /** What will be stored; or why not, with what a repeat is known by. */
  private prepare(sender: Sender, request: SendRequest): PreparedMessage | Refused {
    try {
      if (sender.charge.refusal) throw sender.charge.refusal;
      const prepared = this.prepared(sender, request);
      const spam = this.spam.refusal(prepared);
      if (spam) throw spam;
      return prepared;
    } catch (fault) {
      return { fault, sent: identityOf(sender.principal, request) };
    }
  }

  /** By the rules that are fixed, and then by those of this installation and of the sender's transport. */
  private prepared({ principal, mostCharacters }: Sender, request: SendRequest): PreparedMessage {
    const prepared = prepareMessage(principal, request);
    checkContentSize(request.body.content, this.config.contentBytes);
    if (mostCharacters !== undefined) checkContentLength(request.body.content, mostCharacters);
    requireSchema(prepared, this.config.dataSchemas);
    checkFiles(prepared.fileIds, this.config.files);
    return prepared;
  }

  private async settled(sent: Identity, outcome: Outcome, charge: SendCharge): Promise<Sent> {
    switch (outcome.kind) {
      case 'new':
        return { duplicate: false, message: outcome.message, version: outcome.message.version };
      case 'duplicate':
        charge.wasRepeat();
        return outcome.mayRead ? this.original(sent, outcome.original) : receiptOf(sent, outcome.original);
      case 'refused':
        throw refusal(outcome);
      case 'busy':
        throw new ParleyError('service_unavailable');
    }
  }

  private async original(sent: Identity, original: Original): Promise<Sent> {
    const message = await this.pages.find(original.id, sent.senderId, sent.conversationId);
    return message ? { duplicate: true, message, version: original.version } : receiptOf(sent, original);
  }
}

function identityOf({ userId }: Principal, { conversationId, clientMessageId, body }: SendRequest): Identity | null {
  try {
    const ids = { conversationId: conversationId.toLowerCase(), senderId: userId, clientMessageId };
    return { ...ids, payloadHash: payloadHashOf(body) };
  } catch {
    return null;
  }
}

function receiptOf(sent: Identity, original: Original): Sent {
  const { conversationId, clientMessageId } = sent;
  return {
    duplicate: true,
    receipt: { id: original.id, conversationId, clientMessageId, seq: original.seq, duplicate: true },
  };
}

function refusal({ reason, retryAfterMs }: Outcome & { kind: 'refused' }): ParleyError {
  switch (reason) {
    case 'not_found':
      return notFound();
    case 'archived':
      return conflict('conversation', 'archived');
    case 'blocked':
      return new ParleyError('forbidden', { message: 'This person does not receive your direct messages.' });
    case 'silenced':
      return silenced(retryAfterMs);
    case 'idempotency_conflict':
      return new ParleyError('idempotency_conflict');
    case 'reply_unknown':
      return invalid('replyToId', 'is not a message of this conversation');
    case 'file_unknown':
    case 'metadata_too_large':
      return fileRefusal(reason);
  }
}
