import { Injectable } from '@nestjs/common';
import { type ConversationDetail, type ConversationPage, LIMITS, type MemberDetail, type Page } from '@parley/protocol';
import { notFound } from '../../kernel/errors.js';
import { Cursors } from '../../platform/http/cursors.js';
import { AnswerBudget } from '../../platform/limits/answer-budget.js';
import { toUserDetail, toUserView, UsersRepository } from '../users/index.js';
import { peopleOfItem, presentMember } from './conversation.presenter.js';
import { ConversationItems } from './conversation-items.js';
import { ConversationListsRepository, type ListPlace } from './conversation-lists.repository.js';

/** What cursors of the caller's list are sealed for; those of members are for their conversation. */
const LIST = 'conversations';

export interface ListRequest {
  cursor?: string;
  limit?: number;
  archived?: 'false' | 'true' | 'all';
}

/** Conversations as their members see them in lists and details. */
@Injectable()
export class ConversationLists {
  constructor(
    private readonly items: ConversationItems,
    private readonly repository: ConversationListsRepository,
    private readonly users: UsersRepository,
    private readonly cursors: Cursors,
  ) {}

  async page(userId: string, request: ListRequest): Promise<ConversationPage> {
    const limit = request.limit ?? LIMITS.pageDefault;
    const archived = request.archived === 'all' ? null : request.archived === 'true';
    const { items: found, total } = await this.items.page(userId, {
      archived,
      after: this.placeOf(LIST, request.cursor),
      limit: limit + 1,
    });
    const views = await this.users.viewsOf(found.flatMap(peopleOfItem));
    const budget = new AnswerBudget(views);
    const end = found.findIndex(
      (item, i) => i === limit || !budget.take({ content: item, rows: 1, people: peopleOfItem(item) }),
    );
    const items = end === -1 ? found : found.slice(0, end);
    const last = total > items.length ? items.at(-1) : undefined;
    return {
      items,
      nextCursor: last ? this.cursors.seal(LIST, [last.updatedAt, last.id]) : null,
      hasMore: last !== undefined,
      users: budget.users,
    };
  }

  /** @throws `not_found` where the user is no member. */
  async detail(userId: string, conversationId: string): Promise<ConversationDetail> {
    const [seen, members] = await Promise.all([
      this.items.asSeenBy(conversationId, [userId]),
      this.repository.members(conversationId, userId, { after: null, limit: LIMITS.detailMembers }),
    ]);
    const item = seen.get(userId);
    if (!item) throw notFound();
    return {
      ...item,
      members: members.map(({ participant, user }) => presentMember(participant, toUserView(user))),
    };
  }

  /** @throws `not_found` where the user is no member. */
  async members(
    userId: string,
    conversationId: string,
    request: { cursor?: string; limit?: number },
  ): Promise<Page<MemberDetail>> {
    const limit = request.limit ?? LIMITS.pageDefault;
    const after = this.placeOf(conversationId, request.cursor);
    const rows = await this.repository.members(conversationId, userId, { after, limit: limit + 1 });
    // The page of a member is never empty at its beginning: they are in it themselves.
    if (rows.length === 0 && (!after || !(await this.isMember(conversationId, userId)))) throw notFound();
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1)?.participant : undefined;
    return {
      items: shown.map(({ participant, user }) => ({
        ...presentMember(participant, toUserView(user)),
        user: toUserDetail({ ...user, isShared: true }),
      })),
      nextCursor: last ? this.cursors.seal(conversationId, [last.joinedAt.toISOString(), last.userId]) : null,
      hasMore: last !== undefined,
    };
  }

  private placeOf(list: string, cursor: string | undefined): ListPlace | null {
    if (cursor === undefined) return null;
    const [at, id] = this.cursors.open(list, cursor);
    return { at: String(at), id: String(id) };
  }

  private async isMember(conversationId: string, userId: string): Promise<boolean> {
    return (await this.repository.asSeenBy(conversationId, [userId])).length > 0;
  }
}
