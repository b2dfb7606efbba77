import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type ConversationListItem, LIMITS } from '@parley/protocol';
import { ChangeEvents } from '../../realtime/feed/change-events.js';
import type { FeedEvent, FeedSource, Heads, MarkEvent, Memberships } from '../../realtime/feed/feed-events.js';
import { MessageFeed } from '../messages/index.js';
import { ConversationItems } from './conversation-items.js';
import { FeedSourceRepository, type MovedMark } from './feed-source.repository.js';

const ROWS_AT_ONCE = 500;

/** What feeds read from the database: any gap of any conversation, told exactly once and in order. */
@Injectable()
export class ConversationFeedSource implements FeedSource {
  constructor(
    private readonly repository: FeedSourceRepository,
    private readonly messages: MessageFeed,
    private readonly items: ConversationItems,
    private readonly changes: ChangeEvents,
  ) {}

  heads(conversationIds: readonly string[]): Promise<Map<string, Heads>> {
    return this.repository.heads(conversationIds);
  }

  memberships(userIds: readonly string[]): Promise<Map<string, Memberships>> {
    return this.repository.memberships(userIds);
  }

  membershipVersions(userIds: readonly string[]): Promise<Map<string, number>> {
    return this.repository.membershipVersions(userIds);
  }

  listItems(conversationId: string, userIds: readonly string[]): Promise<Map<string, ConversationListItem>> {
    return this.items.asSeenBy(conversationId, userIds);
  }

  async epoch(): Promise<string> {
    return createHash('sha256')
      .update(JSON.stringify(await this.repository.epochParts()))
      .digest('base64url')
      .slice(0, 22);
  }

  async eventsBetween(conversationId: string, range: { after: number; upTo: number }): Promise<FeedEvent[]> {
    const [events, changes] = await Promise.all([
      this.messages.created(conversationId, range, ROWS_AT_ONCE),
      this.repository.changesBetween(conversationId, range, ROWS_AT_ONCE),
    ]);
    events.push(...(await this.changes.events(conversationId, changes)));
    events.sort((a, b) => a.version - b.version);
    // Either list may have been cut: only what follows without a gap is sure to be complete.
    const gap = events.findIndex((event, i) => event.version !== range.after + 1 + i);
    return gap === -1 ? events : events.slice(0, gap);
  }

  async marksAfter(conversationId: string, receipts: number): Promise<MarkEvent[]> {
    return (await this.repository.movedMarks(conversationId, receipts)).map((mark) => markEvent(conversationId, mark));
  }
}

/** A repaired mark: what the member's watermarks are now, as one event of each kind. */
function markEvent(conversationId: string, mark: MovedMark): MarkEvent {
  const { user_id: userId, receipts } = mark;
  const small = mark.member_count <= LIMITS.receiptsMembers;
  const base = { conversationId, receipts, userId };
  const iso = (ms: number | null) => new Date(ms ?? 0).toISOString();
  return {
    receipts,
    userId,
    read:
      small && mark.read_id
        ? { ...base, messageId: mark.read_id, seq: mark.read_seq, readBy: userId, readAt: iso(mark.read_ms) }
        : null,
    delivered:
      small && mark.delivered_id && mark.delivered_seq > mark.read_seq
        ? {
            ...base,
            messageId: mark.delivered_id,
            seq: mark.delivered_seq,
            deliveredTo: userId,
            deliveredAt: iso(mark.delivered_ms),
          }
        : null,
    unread: {
      conversationId,
      receipts,
      unreadCount: mark.unread,
      mentionCount: mark.mentioned,
      lastReadSeq: mark.read_seq,
      lastSeq: mark.last_seq,
    },
  };
}
