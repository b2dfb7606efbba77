import { Injectable } from '@nestjs/common';
import type { ConversationListItem, Message } from '@parley/protocol';
import { Database, type Db } from '../../database/database.js';
import { MessageViews } from '../messages/index.js';
import { toUserDetail } from '../users/index.js';
import { presentConversation } from './conversation.presenter.js';
import { ConversationListsRepository, type ListFilter, type ListRow } from './conversation-lists.repository.js';
import { presentSettings } from './conversation-settings.presenter.js';

/** Conversations as items of their members' lists: one statement for the rows, and what their last messages need. */
@Injectable()
export class ConversationItems {
  constructor(
    private readonly database: Database,
    private readonly repository: ConversationListsRepository,
    private readonly messages: MessageViews,
  ) {}

  /** A page of the user's list, newest activity first. */
  async page(userId: string, filter: ListFilter): Promise<{ items: ConversationListItem[]; total: number }> {
    const rows = await this.repository.page(userId, filter);
    return { items: await this.present(this.database.db, rows), total: rows[0]?.total ?? 0 };
  }

  /** One conversation as each of those of these users sees it who are members. */
  async asSeenBy(conversationId: string, userIds: readonly string[]): Promise<Map<string, ConversationListItem>> {
    const rows = await this.repository.asSeenBy(conversationId, userIds);
    const items = await this.present(this.database.db, rows);
    return new Map(rows.map((row, i) => [row.me.userId, items[i] as ConversationListItem]));
  }

  /** Those of these conversations that the user is in, by id, in the snapshot of the handle. */
  async ofUser(db: Db, userId: string, conversationIds: readonly string[]): Promise<Map<string, ConversationListItem>> {
    if (conversationIds.length === 0) return new Map();
    const items = await this.present(db, await this.repository.ofUser(db, userId, conversationIds));
    return new Map(items.map((item) => [item.id, item]));
  }

  /** Rows as items, each as its own member sees it; what it reads it reads with this handle, for all rows together. */
  private async present(db: Db, rows: readonly ListRow[]): Promise<ConversationListItem[]> {
    const seen = rows.flatMap(({ lastMessage, me }) => (lastMessage ? [{ row: lastMessage, userId: me.userId }] : []));
    const messages = await this.messages.forEach(db, seen);
    const last = new Map(seen.map(({ row }, i) => [row, messages[i]]));
    return rows.map((row) => presentItem(row, (row.lastMessage && last.get(row.lastMessage)) ?? null));
  }
}

function presentItem(row: ListRow, lastMessage: Message | null): ConversationListItem {
  const { countable, expiredCountable } = row.conversation;
  return {
    ...presentConversation(row.conversation),
    receipts: row.receipts,
    peer: row.peer ? toUserDetail({ ...row.peer, isShared: true }) : null,
    myRole: row.me.role,
    lastMessage,
    unreadCount: countable - Math.max(row.me.readCountable, expiredCountable),
    mentionCount: row.mentionCount,
    lastReadSeq: row.me.lastReadSeq,
    lastDeliveredSeq: row.me.lastDeliveredSeq,
    ...(row.settings && { settings: presentSettings(row.settings) }),
  };
}
