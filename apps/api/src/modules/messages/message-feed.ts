import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import type { FeedEvent } from '../../realtime/feed/feed-events.js';
import { newMessageEvent } from './message-events.js';
import { MessageViews } from './message-views.js';
import { MessagesRepository } from './messages.repository.js';

/** The events of stored messages, for a feed that missed them: as the rows are now, each with its own version. */
@Injectable()
export class MessageFeed {
  constructor(
    private readonly database: Database,
    private readonly repository: MessagesRepository,
    private readonly views: MessageViews,
  ) {}

  /** `message:new` of the messages first told in this range of versions, in order, at most `limit`. */
  async created(conversationId: string, range: { after: number; upTo: number }, limit: number): Promise<FeedEvent[]> {
    const rows = await this.repository.createdBetween(conversationId, range, limit);
    const messages = await this.views.forAll(this.database.db, rows);
    return messages.map((message, i) => newMessageEvent(message, rows[i]?.createdVersion));
  }
}
