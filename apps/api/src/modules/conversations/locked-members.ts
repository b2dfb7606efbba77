import { Injectable } from '@nestjs/common';
import type { Member } from '@parley/protocol';
import type { ParticipantRow } from '../../database/rows.js';
import { notFound } from '../../kernel/errors.js';
import { toUserView } from '../users/index.js';
import { presentMember } from './conversation.presenter.js';
import type { ChangeContext, OwnContext } from './conversation-changes.js';
import { ConversationListsRepository } from './conversation-lists.repository.js';
import { ConversationsRepository } from './conversations.repository.js';

/** Members of a conversation whose row is locked, while one of them is about to change another. */
@Injectable()
export class LockedMembers {
  constructor(
    private readonly repository: ConversationsRepository,
    private readonly lists: ConversationListsRepository,
  ) {}

  /** Locked, departed ones too; null who has never been one. */
  async find({ tx, conversation }: ChangeContext, userId: string): Promise<ParticipantRow | null> {
    return (await this.repository.lockParticipants(tx, conversation.id, [userId])).get(userId) ?? null;
  }

  /** @throws `not_found` for who is not present. */
  async getPresent(context: ChangeContext, userId: string): Promise<ParticipantRow> {
    const member = await this.find(context, userId);
    if (!member || member.leftAt) throw notFound();
    return member;
  }

  /** Writes the change's version, too; returns the member as everyone sees them then. */
  async update(context: ChangeContext, userId: string, values: Partial<ParticipantRow>): Promise<Member> {
    const { tx, conversation, version } = context;
    await this.repository.updateParticipant(tx, { conversationId: conversation.id, userId }, { ...values, version });
    return this.presentOne(context, userId);
  }

  async present({ tx, conversation }: OwnContext, userIds: readonly string[]): Promise<Member[]> {
    const rows = await this.lists.membersByIds(tx, conversation.id, userIds);
    return rows.map(({ participant, user }) => presentMember(participant, toUserView(user)));
  }

  async presentOne(context: ChangeContext, userId: string): Promise<Member> {
    const [member] = await this.present(context, [userId]);
    if (!member) throw notFound();
    return member;
  }
}
