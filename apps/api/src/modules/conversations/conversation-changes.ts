import { Injectable } from '@nestjs/common';
import type { SystemMetadata } from '@parley/protocol';
import { Database, type Db } from '../../database/database.js';
import type { ConversationRow, ParticipantRow } from '../../database/rows.js';
import { conflict, notFound } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import type { StreamEvent } from '../../realtime/hub/stream-events.js';
import { ConversationLog, newMessageEvent } from '../conversation-log/index.js';
import { SystemMessagesRepository } from '../messages/index.js';
import { type ChangeRow, ConversationsRepository } from './conversations.repository.js';

/** A conversation and the member who is about to change it. */
export interface Seen {
  conversation: ConversationRow;
  actor: ParticipantRow;
}

/** The same as it stands while this change alone holds it, and the numbers the change will take. */
export interface Held extends Seen {
  tx: Db;
  /** The version of this change; its system message takes the next. */
  version: number;
  at: Date;
}

/** What a change does to the conversation's own row, what it leaves in the history, and what everyone hears of it. */
export interface Change<T> {
  result: T;
  values?: Partial<ConversationRow>;
  row: Omit<ChangeRow, 'version' | 'actorId'>;
  system: SystemMetadata;
  event(conversation: ConversationRow): StreamEvent;
}

/** Where the result is there already: nothing is written and nobody hears anything. */
export interface Unchanged<T> {
  result: T;
  unchanged: true;
}

/** Every change of a conversation and its members takes this way: in line, under the lock, one transaction, one version. */
@Injectable()
export class ConversationChanges {
  constructor(
    private readonly database: Database,
    private readonly log: ConversationLog,
    private readonly repository: ConversationsRepository,
    private readonly system: SystemMessagesRepository,
  ) {}

  /**
   * @param decide refuses, or says what changes, under the lock.
   * @throws `not_found` where the actor is no member; `conflict` where the conversation is archived.
   */
  async run<T>(
    principal: Principal,
    conversationId: string,
    decide: (held: Held) => Promise<Change<T> | Unchanged<T>>,
    options: { evenArchived?: boolean } = {},
  ): Promise<T> {
    await this.check(principal, conversationId);
    return this.log.append(conversationId, async (tx) => {
      const held = await this.hold(tx, conversationId, principal);
      if (held.conversation.isArchived && !options.evenArchived) throw conflict('conversation', 'archived');
      const change = await decide(held);
      const events = 'unchanged' in change ? [] : await this.apply(held, change);
      return { result: change.result, events };
    });
  }

  /** Looks without holding anything: nobody waits in a conversation's line for what could not be done there. */
  async check(
    principal: Principal,
    conversationId: string,
    look: (seen: Seen) => void = () => undefined,
  ): Promise<void> {
    look(await this.see(this.database.db, await this.repository.find(this.database.db, conversationId), principal));
  }

  private async hold(tx: Db, conversationId: string, principal: Principal): Promise<Held> {
    const seen = await this.see(tx, await this.repository.lock(tx, conversationId), principal);
    const at = await this.repository.now(tx, seen.conversation.updatedAt);
    return { ...seen, tx, version: seen.conversation.version + 1, at };
  }

  private async see(db: Db, conversation: ConversationRow | null, { userId }: Principal): Promise<Seen> {
    const actor = conversation && (await this.repository.participants(db, conversation.id, [userId])).get(userId);
    if (!conversation || !actor || actor.leftAt) throw notFound();
    return { conversation, actor };
  }

  private async apply<T>(held: Held, change: Change<T>): Promise<StreamEvent[]> {
    const { tx, conversation, actor, version, at } = held;
    const place = { seq: conversation.lastSeq + 1, version: version + 1, countable: conversation.countable, at };
    const changed = await this.repository.update(tx, conversation.id, {
      ...change.values,
      lastSeq: place.seq,
      version: place.version,
      updatedAt: at,
    });
    await this.repository.insertChange(tx, conversation.id, { ...change.row, version, actorId: actor.userId });
    const of = { conversationId: conversation.id, actorId: actor.userId };
    const message = await this.system.insert(tx, { ...of, ...place }, change.system);
    return [change.event(changed), newMessageEvent(message)];
  }
}
