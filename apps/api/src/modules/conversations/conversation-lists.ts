import { Injectable } from '@nestjs/common';
import { type ConversationDetail, type ConversationPage, LIMITS, type MemberDetail, type Page } from '@parley/protocol';
import type { TimePlace } from '../../database/time-place.js';
import { notFound } from '../../kernel/errors.js';
import type { CursorQueryDto } from '../../platform/http/cursor-query.dto.js';
import { Cursors } from '../../platform/http/cursors.js';
import { AnswerBudget } from '../../platform/limits/answer-budget.js';
import { toUserDetail, toUserView, UsersRepository } from '../users/index.js';
import { peopleOfItem, presentMember } from './conversation.presenter.js';
import { ConversationItems } from './conversation-items.js';
import { ConversationListsRepository, type MemberRow } from './conversation-lists.repository.js';
import type { ListQueryDto } from './dto/conversation-bodies.dto.js';

/** What cursors of the caller's list are sealed for; those of members are for their conversation. */
const LIST = 'conversations';

/** Conversations as their members see them in lists and details. */
@Injectable()
export class ConversationLists {
  constructor(
    private readonly items: ConversationItems,
    private readonly repository: ConversationListsRepository,
    private readonly users: UsersRepository,
    private readonly cursors: Cursors,
  ) {}

  async page(userId: string, query: ListQueryDto): Promise<ConversationPage> {
    const limit = query.limit ?? LIMITS.pageDefault;
    const archived = query.archived === 'all' ? null : query.archived === 'true';
    const { items: found, total } = await this.items.page(userId, {
      archived,
      after: this.cursors.placeIn(LIST, query.cursor) as TimePlace | null,
      limit: limit + 1,
    });
    const views = await this.users.viewsOf(found.flatMap(peopleOfItem));
    const budget = new AnswerBudget(views);
    const end = found.findIndex(
      (item, i) => i === limit || !budget.take({ content: item, rows: 1, people: peopleOfItem(item) }),
    );
    const items = end === -1 ? found : found.slice(0, end);
    const last = total > items.length ? items.at(-1) : undefined;
    return { items, ...this.cursors.endOf(LIST, last ? [last.updatedAt, last.id] : null), users: budget.users };
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
  async members(userId: string, conversationId: string, query: CursorQueryDto): Promise<Page<MemberDetail>> {
    const { rows, end } = await this.cursors.page(
      {
        name: conversationId,
        read: (after, limit) => this.repository.members(conversationId, userId, { after, limit }),
        positionOf: ({ participant }: MemberRow) => [participant.joinedAt.toISOString(), participant.userId],
      },
      query,
    );
    // The page of a member is never empty at its beginning: they are in it themselves.
    const isFirst = query.cursor === undefined;
    if (rows.length === 0 && (isFirst || !(await this.isMember(conversationId, userId)))) throw notFound();
    return {
      items: rows.map(({ participant, user }) => ({
        ...presentMember(participant, toUserView(user)),
        user: toUserDetail({ ...user, isShared: true }),
      })),
      ...end,
    };
  }

  private async isMember(conversationId: string, userId: string): Promise<boolean> {
    return (await this.repository.asSeenBy(conversationId, [userId])).length > 0;
  }
}
