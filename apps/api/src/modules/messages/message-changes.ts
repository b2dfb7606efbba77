import { Injectable } from '@nestjs/common';
import type { Message } from '@parley/protocol';
import type { Db } from '../../database/database.js';
import type { ChangeRecord, MessageRow } from '../../database/rows.js';
import { conflict, notFound } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import type { StreamEvent } from '../../realtime/hub/stream-events.js';
import { ConversationLog } from '../conversation-log/index.js';
import { type HeldRows, MessageChangesRepository } from './message-changes.repository.js';
import { MessageViews } from './message-views.js';

/** A message as it stands while this change alone holds its conversation, and the version that the change will take. */
export interface HeldMessage extends HeldRows {
  tx: Db;
  version: number;
  userId: string;
}

/** What becomes of the message's row, what the stream can read of it later, and what everyone hears. */
export interface MessageChange {
  values: Partial<MessageRow>;
  kind: string;
  data: ChangeRecord['data'];
  /** Takes the message as everyone may see it. */
  event: (message: Message) => StreamEvent;
}

export interface Changed {
  /** False where the result was there already: then nothing was written and nobody hears anything. */
  changed: boolean;
  /** Of this change, else of the message's latest one. */
  version: number;
  /** As the actor sees it. */
  message: Message;
}

/** Every change of a message takes this way: in line with the sends, under the lock, one transaction, one version. */
@Injectable()
export class MessageChanges {
  constructor(
    private readonly log: ConversationLog,
    private readonly repository: MessageChangesRepository,
    private readonly views: MessageViews,
  ) {}

  /**
   * @param decide refuses, or says under the lock what changes; null where the result is there already.
   * @throws `not_found` where the actor is no member; `conflict` where the conversation is archived.
   */
  async run(
    principal: Principal,
    messageId: string,
    decide: (held: HeldMessage) => Promise<MessageChange | null>,
  ): Promise<Changed> {
    const wanted = { messageId: messageId.toLowerCase(), userId: principal.userId };
    // Looked at without holding anything: a stranger never waits in a conversation's line.
    const conversationId = await this.repository.conversationOf(wanted.messageId, wanted.userId);
    if (!conversationId) throw notFound();
    return this.log.append(conversationId, async (tx) => {
      const rows = await this.repository.hold(tx, { ...wanted, conversationId });
      if (!rows) throw notFound();
      if (rows.conversation.isArchived) throw conflict('conversation', 'archived');
      const held = { ...rows, tx, version: rows.conversation.version + 1, userId: wanted.userId };
      const change = await decide(held);
      return change ? this.apply(held, change) : { result: await this.unchanged(held), events: [] };
    });
  }

  private async unchanged({ tx, message, userId }: HeldMessage): Promise<Changed> {
    return { changed: false, version: message.version, message: await this.asSeen(tx, message, userId) };
  }

  private async apply(held: HeldMessage, { values, kind, data, event }: MessageChange) {
    const { tx, version, userId } = held;
    const row = await this.repository.apply(tx, held.message, {
      values,
      row: { version, kind, actorId: userId, data },
    });
    const [told] = await this.views.forAll(tx, [row]);
    const result = { changed: true, version, message: await this.asSeen(tx, row, userId) };
    return { result, events: told ? [event(told)] : [] };
  }

  private async asSeen(tx: Db, row: MessageRow, userId: string): Promise<Message> {
    const [message] = await this.views.forViewer(tx, userId, [row]);
    if (!message) throw new Error('A row has no view.');
    return message;
  }
}
