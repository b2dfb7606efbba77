import { Injectable } from '@nestjs/common';
import type { MarkBody, MarkResult, UnreadSummary } from '@parley/protocol';
import { invalid, notFound } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import { ReceiptsRepository } from './receipts.repository.js';
import { Watermarks } from './watermarks.js';

@Injectable()
export class ReceiptsService {
  constructor(
    private readonly watermarks: Watermarks,
    private readonly repository: ReceiptsRepository,
  ) {}

  read(principal: Principal, conversationId: string, body: MarkBody): Promise<MarkResult> {
    return this.mark(principal, conversationId, { body, isRead: true });
  }

  delivered(principal: Principal, conversationId: string, body: MarkBody): Promise<MarkResult> {
    return this.mark(principal, conversationId, { body, isRead: false });
  }

  async unread(principal: Principal): Promise<UnreadSummary> {
    const rows = await this.repository.unread(principal.userId);
    const items = rows.map((row) => ({
      conversationId: row.conversation_id,
      unreadCount: row.unread,
      mentionCount: row.mentioned,
    }));
    return { items, total: items.reduce((sum, item) => sum + item.unreadCount, 0) };
  }

  /** Lower or equal succeeds and changes nothing; beyond the last message is refused. */
  private async mark(
    principal: Principal,
    conversationId: string,
    { body, isRead }: { body: MarkBody; isRead: boolean },
  ): Promise<MarkResult> {
    const seq = body.seq ?? null;
    const messageId = body.messageId?.toLowerCase() ?? null;
    if ((seq === null) === (messageId === null)) throw invalid('seq', 'must be given, or messageId, and not both');
    const mark = { userId: principal.userId, isRead, seq, messageId };
    const row = await this.watermarks.move(conversationId.toLowerCase(), mark);
    if (row.outcome === 'not_found') throw notFound();
    if (row.outcome === 'beyond') throw invalid('seq', 'is beyond the last message');
    return {
      lastReadSeq: row.last_read_seq,
      lastDeliveredSeq: row.last_delivered_seq,
      unreadCount: row.unread,
      mentionCount: row.mentioned,
      lastSeq: row.last_seq,
    };
  }
}
