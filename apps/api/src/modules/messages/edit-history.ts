import { Injectable } from '@nestjs/common';
import { LIMITS, type MessageEdit, type MessageEdits } from '@parley/protocol';
import { notFound } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import type { CursorQueryDto } from '../../platform/http/cursor-query.dto.js';
import { Cursors } from '../../platform/http/cursors.js';
import { AnswerBudget } from '../../platform/limits/answer-budget.js';
import { type EditRow, MessageTextRepository } from '../conversation-log/index.js';
import { UsersRepository } from '../users/index.js';
import { MessagesRepository } from './messages.repository.js';

/** What messages were before their edits, for every member. */
@Injectable()
export class EditHistory {
  constructor(
    private readonly messages: MessagesRepository,
    private readonly texts: MessageTextRepository,
    private readonly users: UsersRepository,
    private readonly cursors: Cursors,
  ) {}

  /**
   * Oldest first; nothing of a deleted message. An answer also ends at `LIMITS.answerBytes`, with one edit at least.
   * @throws `not_found`
   */
  async page(principal: Principal, messageId: string, query: CursorQueryDto): Promise<MessageEdits> {
    const list = `edits ${messageId}`;
    const [after] = (this.cursors.placeIn(list, query.cursor) as [version: number] | null) ?? [0];
    const limit = query.limit ?? LIMITS.pageDefault;
    const answer = await this.messages.readVisible({ messageId }, principal.userId, async (tx, message) => {
      const { rows, hasMore } = message.deletedAt
        ? { rows: [], hasMore: false }
        : await this.texts.originals(tx, message, { after, limit, bytes: LIMITS.answerBytes });
      const views = await this.users.viewsOf(
        rows.map(({ editedBy }) => editedBy),
        tx,
      );
      const budget = new AnswerBudget(views);
      const items = rows.map(presentEdit);
      const end = items.findIndex((item) => !budget.take({ content: item, rows: 1, people: [item.editedBy] }));
      const shown = end === -1 ? rows : rows.slice(0, end);
      const last = hasMore || shown.length < rows.length ? shown.at(-1) : undefined;
      return {
        items: items.slice(0, shown.length),
        ...this.cursors.endOf(list, last ? [last.version] : null),
        users: budget.users,
      };
    });
    if (!answer) throw notFound();
    return answer;
  }
}

export const presentEdit = ({ id, messageId, originalContent, editedBy, editedAt }: EditRow): MessageEdit => ({
  id,
  messageId,
  originalContent,
  editedBy,
  editedAt: editedAt.toISOString(),
});
