import { Injectable } from '@nestjs/common';
import { type Message, verbFor } from '@parley/protocol';
import type { Db } from '../../database/database.js';
import type { ChangeRow, MessageRow } from '../../database/rows.js';
import { notFound, ParleyError } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import type { StreamEvent } from '../../realtime/hub/stream-events.js';
import {
  ConversationLog,
  type Decision,
  type LockedConversation,
  MessageTextRepository,
  requireOpen,
  requirePermission,
  type Unchanged,
} from '../conversation-log/index.js';
import { type FoundMessage, MessageChangesRepository } from './message-changes.repository.js';
import { MessageViews } from './message-views.js';

/** A message whose conversation is locked, and the member who is about to change it. */
export interface HeldMessage extends LockedConversation, FoundMessage {
  userId: string;
}

/** What becomes of the message's row, what the stream can read of it later, and the event that follows. */
export interface MessageChange {
  values: Partial<MessageRow>;
  kind: string;
  data: ChangeRow['data'];
  /** Takes the message as everyone may see it. */
  event: (change: ChangeRow, message: Message) => StreamEvent;
}

export interface Changed {
  /** False where the result was there already: then nothing was written or announced. */
  changed: boolean;
  /** Of this change, else of the message's latest one. */
  version: number;
  /** As the actor sees it. */
  message: Message;
}

/** What edits, deletions and reactions have in common: who may reach the message, and how its change is written. */
@Injectable()
export class MessageChanges {
  constructor(
    private readonly log: ConversationLog,
    private readonly repository: MessageChangesRepository,
    private readonly texts: MessageTextRepository,
    private readonly views: MessageViews,
  ) {}

  /**
   * @param decide refuses, or returns under the lock what changes; null where the result is there already.
   * @throws `not_found` where the actor is no member; `conflict` where the conversation is archived.
   */
  async run(
    principal: Principal,
    messageId: string,
    decide: (held: HeldMessage) => Promise<MessageChange | null>,
  ): Promise<Changed> {
    const wanted = { messageId: messageId.toLowerCase(), userId: principal.userId };
    // Read without a lock: only members get into the conversation's queue.
    const conversationId = await this.repository.conversationOf(wanted.messageId, wanted.userId);
    if (!conversationId) throw notFound();
    return this.log.append(conversationId, async (locked) => {
      const found = await this.repository.find(locked.tx, wanted);
      if (!found) throw notFound();
      requireOpen(locked.conversation);
      const held = { ...locked, ...found, userId: wanted.userId };
      const change = await decide(held);
      return change ? this.apply(held, change) : this.unchanged(held);
    });
  }

  private async unchanged({ tx, message, userId }: HeldMessage): Promise<Unchanged<Changed>> {
    const result = { changed: false, version: message.version, message: await this.asSeen(tx, message, userId) };
    return { result, unchanged: true };
  }

  private async apply(held: HeldMessage, { values, kind, data, event }: MessageChange): Promise<Decision<Changed>> {
    const { tx, version, userId } = held;
    const row = await this.texts.update(tx, held.message, { ...values, version });
    const [told] = await this.views.forAll(tx, [row]);
    if (!told) throw new Error('A row has no view.');
    const result = { changed: true, version, message: await this.asSeen(tx, row, userId) };
    const { conversationId, id: subjectId } = row;
    const record = { conversationId, version, kind, actorId: userId, subjectId, data };
    return { result, change: record, events: [event(record, told)] };
  }

  private async asSeen(tx: Db, row: MessageRow, userId: string): Promise<Message> {
    const [message] = await this.views.forViewer(tx, userId, [row]);
    if (!message) throw new Error('A row has no view.');
    return message;
  }
}

/** @throws `forbidden` where this member may not edit, or delete, the message, whatever its state. */
export function requireChangeable(
  change: 'edit' | 'delete',
  { message, userId, role, conversation }: Pick<HeldMessage, 'message' | 'userId' | 'role' | 'conversation'>,
): void {
  const verb = verbFor(change, message, userId);
  if (!verb) throw new ParleyError('forbidden');
  requirePermission(verb, role, conversation);
}
