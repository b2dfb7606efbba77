import { Injectable } from '@nestjs/common';
import type { SystemMetadata, Verb } from '@parley/protocol';
import { Database, type Db } from '../../database/database.js';
import type { ChangeRow, ConversationRow, ParticipantRow } from '../../database/rows.js';
import { notFound } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import type { StreamEvent } from '../../realtime/hub/stream-events.js';
import {
  ConversationLog,
  type Decision,
  type LockedConversation,
  newMessageEvent,
  requirePermission,
  type Unchanged,
} from '../conversation-log/index.js';
import { SystemMessages } from '../messages/index.js';
import { ConversationsRepository } from './conversations.repository.js';

/** A conversation and the member who is about to change it. */
interface ActingMember {
  conversation: ConversationRow;
  actor: ParticipantRow;
}

/** A locked conversation: its system message takes the version after the change's. */
export interface OwnContext extends LockedConversation {
  at: Date;
}

/** The same with the member who is about to change it. */
export interface ChangeContext extends ActingMember, OwnContext {}

/** What a change does to the conversation's own row, what it leaves in the history, and the events that follow. */
export interface Change<T> {
  result: T;
  values?: Partial<ConversationRow>;
  row: Pick<ChangeRow, 'kind'> & Partial<Pick<ChangeRow, 'subjectId' | 'data'>>;
  /** What the history says of it; null where it says nothing. */
  system: SystemMetadata | null;
  /** Of the row as it is written. */
  event(change: ChangeRow): StreamEvent;
}

/** What changes of a conversation and its members have in common: who may reach it, and the system message. */
@Injectable()
export class ConversationChanges {
  constructor(
    private readonly database: Database,
    private readonly log: ConversationLog,
    private readonly repository: ConversationsRepository,
    private readonly system: SystemMessages,
  ) {}

  /**
   * @param decide refuses, or returns what changes, under the lock; called where the verb is permitted.
   * @throws `not_found` where the actor is no member; `conflict` and `forbidden` by the table of permissions.
   */
  async run<T>(
    principal: Principal,
    conversationId: string,
    verb: Verb,
    decide: (context: ChangeContext) => Promise<Change<T> | Unchanged<T>>,
  ): Promise<T> {
    await this.find(principal, conversationId);
    return this.log.append(conversationId, async (locked) => {
      const acting = await this.requireMember(locked.tx, locked.conversation, principal);
      const at = await this.repository.now(locked.tx, acting.conversation.updatedAt);
      requirePermission(verb, acting.actor.role, acting.conversation);
      const context = { ...locked, ...acting, at };
      const change = await decide(context);
      return 'unchanged' in change ? change : this.apply(context, acting.actor.userId, change);
    });
  }

  /**
   * The same for what the server does by itself, in the name of who created the conversation.
   * @throws `not_found` where there is no such conversation.
   */
  runByItself<T>(
    conversationId: string,
    decide: (context: OwnContext) => Promise<Change<T> | Unchanged<T>>,
  ): Promise<T> {
    return this.runAs(null, conversationId, decide);
  }

  /**
   * The same in the name of this user, who need not be a member: `decide` refuses. Null: of who created the conversation.
   * @throws `not_found` where there is no such conversation.
   */
  runAs<T>(
    userId: string | null,
    conversationId: string,
    decide: (context: OwnContext) => Promise<Change<T> | Unchanged<T>>,
  ): Promise<T> {
    return this.log.append(conversationId, async (locked) => {
      const { tx, conversation } = locked;
      const at = await this.repository.now(tx, conversation.updatedAt);
      const change = await decide({ ...locked, at });
      return 'unchanged' in change ? change : this.apply({ ...locked, at }, userId ?? conversation.createdBy, change);
    });
  }

  /** Refuses as `run` does, without a lock. */
  async check(principal: Principal, conversationId: string, verb: Verb): Promise<void> {
    const { conversation, actor } = await this.find(principal, conversationId);
    requirePermission(verb, actor.role, conversation);
  }

  /** Reads without a lock, so that strangers take no place in the conversation's queue. */
  private async find(principal: Principal, conversationId: string): Promise<ActingMember> {
    const { db } = this.database;
    return this.requireMember(db, await this.repository.find(db, conversationId), principal);
  }

  private async requireMember(
    db: Db,
    conversation: ConversationRow | null,
    { userId }: Principal,
  ): Promise<ActingMember> {
    const actor = conversation && (await this.repository.participants(db, conversation.id, [userId])).get(userId);
    if (!conversation || !actor || actor.leftAt) throw notFound();
    return { conversation, actor };
  }

  private async apply<T>(context: OwnContext, actorId: string, change: Change<T>): Promise<Decision<T>> {
    const { tx, conversation, version, at } = context;
    const { id: conversationId, countable } = conversation;
    const row = { subjectId: null, data: {}, ...change.row, conversationId, version, actorId };
    if (!change.system)
      return { result: change.result, change: row, values: change.values, events: [change.event(row)] };
    const place = { seq: conversation.lastSeq + 1, version: version + 1, countable, at };
    const message = await this.system.insert(tx, { conversationId, actorId, ...place }, change.system);
    return {
      result: change.result,
      change: row,
      values: { ...change.values, lastSeq: place.seq, updatedAt: at },
      events: [change.event(row), newMessageEvent(message)],
    };
  }
}
