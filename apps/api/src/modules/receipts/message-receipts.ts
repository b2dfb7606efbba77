import { Injectable } from '@nestjs/common';
import { LIMITS, type MessageReceipts as ReceiptsAnswer } from '@parley/protocol';
import { notFound } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import { MessagesRepository } from '../messages/index.js';
import { UsersRepository } from '../users/index.js';
import { ReceiptsRepository } from './receipts.repository.js';

/** Whom a message has reached, and who has read it when. */
@Injectable()
export class MessageReceipts {
  constructor(
    private readonly messages: MessagesRepository,
    private readonly repository: ReceiptsRepository,
    private readonly users: UsersRepository,
  ) {}

  /**
   * The present members other than the sender whom the message has reached, who read it first first; in conversations
   * of more than `LIMITS.receiptsMembers` of so many who joined first. Of a system message there are none.
   * @throws `not_found`
   */
  async list(principal: Principal, messageId: string): Promise<ReceiptsAnswer> {
    const answer = await this.messages.readVisible({ messageId }, principal.userId, async (tx, message) => {
      const rows =
        message.type === 'system' ? [] : await this.repository.ofMessage(tx, message, LIMITS.receiptsMembers);
      const items = rows.map((row) => ({
        userId: row.user_id,
        deliveredAt: iso(row.delivered_ms),
        readAt: iso(row.read_ms),
      }));
      const views = await this.users.viewsOf(
        items.map(({ userId }) => userId),
        tx,
      );
      return { items, users: [...views.values()] };
    });
    if (!answer) throw notFound();
    return answer;
  }
}

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
