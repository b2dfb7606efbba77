import { Injectable } from '@nestjs/common';
import type { ConversationListItem } from '@parley/protocol';
import { fingerprint } from '../../database/identity.js';
import type { ChangeRecord } from '../../database/rows.js';
import { ChangeEvents } from '../../realtime/hub/change-events.js';
import type { Heads, Memberships, ReceiptEvent, StreamEvent, VersionRange } from '../../realtime/hub/stream-events.js';
import { StreamSource } from '../../realtime/hub/stream-source.js';
import { MessageStream } from '../messages/index.js';
import { receiptEvent } from '../receipts/index.js';
import { conversationUpdatedEvent } from './conversation.events.js';
import { ConversationItems } from './conversation-items.js';
import { type MovedMark, StreamSourceRepository } from './stream-source.repository.js';

/** What streams read from the database: any gap of any conversation, once and in order. */
@Injectable()
export class ConversationStreamSource extends StreamSource {
  constructor(
    private readonly repository: StreamSourceRepository,
    private readonly messages: MessageStream,
    private readonly items: ConversationItems,
    private readonly changes: ChangeEvents,
  ) {
    super();
  }

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
    return fingerprint(await this.repository.epochParts());
  }

  deployment(): Promise<string> {
    return this.repository.deployment();
  }

  async eventsWithin(ranges: readonly VersionRange[]): Promise<Map<string, StreamEvent[]>> {
    const [created, changes] = await Promise.all([
      this.messages.created(ranges),
      this.repository.changesWithin(ranges),
    ]);
    const told = await this.changes.events(changes);
    const found = new Map<string, StreamEvent[]>();
    for (const { conversationId, after } of ranges) {
      const events = [...(created.get(conversationId) ?? []), ...(told.get(conversationId) ?? [])];
      events.sort((a, b) => a.version - b.version);
      // Both were read after each other: only what follows without a gap is sure to be complete.
      const gap = events.findIndex((event, i) => event.version !== after + 1 + i);
      found.set(conversationId, gap === -1 ? events : events.slice(0, gap));
    }
    const isNext = ({ conversationId, version }: ChangeRecord) =>
      ranges.some((range) => range.conversationId === conversationId && range.after + 1 === version);
    const untold = changes.filter((change) => found.get(change.conversationId)?.length === 0 && isNext(change));
    for (const event of await this.untold(untold)) found.set(event.conversationId, [event.event]);
    return found;
  }

  /**
   * Of changes that come next and have no event, since the message that they were about has expired meanwhile: what their
   * conversations are now.
   */
  private async untold(changes: readonly ChangeRecord[]): Promise<{ conversationId: string; event: StreamEvent }[]> {
    if (changes.length === 0) return [];
    const conversations = await this.repository.conversations(changes.map(({ conversationId }) => conversationId));
    return changes.flatMap((change) => {
      const { conversationId } = change;
      const conversation = conversations.get(conversationId);
      return conversation ? { conversationId, event: conversationUpdatedEvent(change, conversation) } : [];
    });
  }

  async marksAfter(receipts: ReadonlyMap<string, number>): Promise<Map<string, ReceiptEvent[]>> {
    const moved = Map.groupBy(await this.repository.movedMarks(receipts), (mark) => mark.conversation_id);
    return new Map([...moved].map(([id, marks]) => [id, marks.map((mark) => markEvent(id, mark))]));
  }
}

/** A repaired mark: what the member's watermarks are now, as one event of each kind. */
function markEvent(conversationId: string, mark: MovedMark): ReceiptEvent {
  const reached = (messageId: string | null, seq: number, ms: number | null) =>
    messageId && ms !== null ? { messageId, seq, ms } : null;
  const isAhead = mark.delivered_seq > mark.read_seq;
  return receiptEvent({
    conversationId,
    userId: mark.user_id,
    receipts: mark.receipts,
    memberCount: mark.member_count,
    read: reached(mark.read_id, mark.read_seq, mark.read_ms),
    delivered: isAhead ? reached(mark.delivered_id, mark.delivered_seq, mark.delivered_ms) : null,
    unread: {
      unreadCount: mark.unread,
      mentionCount: mark.mentioned,
      lastReadSeq: mark.read_seq,
      lastSeq: mark.last_seq,
    },
  });
}
