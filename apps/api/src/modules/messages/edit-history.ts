import { Injectable } from '@nestjs/common';
import { LIMITS, type MessageEdit, type MessageEdits } from '@parley/protocol';
import { notFound } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import { Cursors } from '../../platform/http/cursors.js';
import { UsersRepository } from '../users/index.js';
import { type EditRow, MessageChangesRepository } from './message-changes.repository.js';
import { MessagesRepository } from './messages.repository.js';

export interface EditsRequest {
  cursor?: string;
  limit?: number;
}

/** What messages were before their edits, for every member. */
@Injectable()
export class EditHistory {
  constructor(
    private readonly messages: MessagesRepository,
    private readonly repository: MessageChangesRepository,
    private readonly users: UsersRepository,
    private readonly cursors: Cursors,
  ) {}

  /**
   * Oldest first; nothing of a deleted message. An answer also ends at `LIMITS.answerBytes`, with one edit at least.
   * @throws `not_found`
   */
  async page(principal: Principal, messageId: string, request: EditsRequest): Promise<MessageEdits> {
    const list = `edits ${messageId}`;
    const after = request.cursor === undefined ? 0 : Number(this.cursors.open(list, request.cursor)[0]);
    const limit = request.limit ?? LIMITS.pageDefault;
    const answer = await this.messages.readVisible({ messageId }, principal.userId, async (tx, message) => {
      const rows = message.deletedAt ? [] : await this.repository.edits(tx, message, { after, limit: limit + 1 });
      const shown = rows.slice(0, Math.min(limit, fitting(rows)));
      const last = rows.length > shown.length ? shown.at(-1) : undefined;
      const views = await this.users.viewsOf(
        shown.map(({ editedBy }) => editedBy),
        tx,
      );
      return {
        items: shown.map(presentEdit),
        nextCursor: last ? this.cursors.seal(list, [last.version]) : null,
        hasMore: last !== undefined,
        users: [...views.values()],
      };
    });
    if (!answer) throw notFound();
    return answer;
  }
}

/** How many of these rows one answer has room for; one at least. */
function fitting(rows: readonly EditRow[]): number {
  let bytes = 0;
  const count = rows.findIndex(({ originalContent }) => {
    bytes += Buffer.byteLength(JSON.stringify(originalContent)) + 300;
    return bytes > LIMITS.answerBytes;
  });
  return count === -1 ? rows.length : Math.max(count, 1);
}

const presentEdit = ({ id, messageId, originalContent, editedBy, editedAt }: EditRow): MessageEdit => ({
  id,
  messageId,
  originalContent,
  editedBy,
  editedAt: editedAt.toISOString(),
});
