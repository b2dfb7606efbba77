import type { ConversationListItem, EventName, Events, Message, SyncAnswer } from '@parley/protocol';
import type { Marks } from './marks/marks.js';
import type { Outbox } from './outbox/outbox.js';

/** What arrived, as far as the outbox and the marks are concerned: messages of ours are there, others' were delivered. */
export class Incoming {
  /** Who we are, once that is known. */
  userId: string | null = null;

  constructor(
    private readonly outbox: Outbox,
    private readonly marks: Marks,
  ) {}

  event<Name extends EventName>(name: Name, payload: Events[Name]): void {
    const take = this.#takers[name] as ((payload: Events[Name]) => void) | undefined;
    take?.(payload);
  }

  /** After the store took it. */
  sync(answer: SyncAnswer): void {
    for (const id of answer.removed) this.marks.forget(id);
    for (const item of answer.added) this.#conversation(item);
    for (const each of Object.values(answer.conversations)) {
      if (!('conversation' in each)) continue;
      for (const message of each.messages) if (this.#isMine(message)) this.outbox.remove(message.clientMessageId);
      this.#conversation(each.conversation);
    }
  }

  readonly #takers: { [Name in EventName]?: (payload: Events[Name]) => void } = {
    'message:new': ({ message }) => this.#message(message),
    'message:sent': ({ clientMessageId }) => this.outbox.accepted(clientMessageId),
    'conversation:created': ({ conversation }) => this.#conversation(conversation),
    'member:removed': ({ conversationId, userId }) => {
      if (userId === this.userId) this.marks.forget(conversationId);
    },
    'message:read': ({ conversationId, userId, seq }) => {
      if (userId === this.userId) this.marks.stands(conversationId, 'read', seq);
    },
    'message:delivered': ({ conversationId, userId, seq }) => {
      if (userId === this.userId) this.marks.stands(conversationId, 'delivered', seq);
    },
    'unread:updated': ({ conversationId, lastReadSeq }) => this.marks.stands(conversationId, 'read', lastReadSeq),
  };

  #message(message: Message): void {
    const { conversationId, seq, clientMessageId } = message;
    if (!this.#isMine(message)) return this.marks.arrived(conversationId, seq);
    this.outbox.remove(clientMessageId);
    // Sending has moved both of the sender's marks.
    if (message.senderType !== 'system') this.marks.stands(conversationId, 'read', seq);
  }

  #conversation({ id, lastReadSeq, lastDeliveredSeq, lastSeq }: ConversationListItem): void {
    this.marks.stands(id, 'read', lastReadSeq);
    this.marks.stands(id, 'delivered', lastDeliveredSeq);
    this.marks.arrived(id, lastSeq);
  }

  #isMine(message: Message): boolean {
    return message.senderId === this.userId;
  }
}
