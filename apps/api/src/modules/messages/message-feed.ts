import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Message } from '@parley/protocol';
import { Database } from '../../database/database.js';
import type { ChangeRecord } from '../../database/rows.js';
import { ChangeEvents } from '../../realtime/feed/change-events.js';
import type { FeedEvent, VersionRange } from '../../realtime/feed/feed-events.js';
import { changedMessageEvent, newMessageEvent } from './message-events.js';
import { MessageViews } from './message-views.js';
import { MessagesRepository } from './messages.repository.js';

const EVENT_OF = { message_edited: 'message:edited', message_deleted: 'message:deleted' } as const;

/** The events of stored messages, for a feed that missed them: as the rows are now, each with its own version. */
@Injectable()
export class MessageFeed implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly repository: MessagesRepository,
    private readonly views: MessageViews,
    private readonly registry: ChangeEvents,
  ) {}

  onModuleInit(): void {
    this.registry.register(Object.keys(EVENT_OF), (changes) => this.changed(changes));
  }

  /** `message:new` of the messages first told in these ranges of versions, by conversation, in order. */
  async created(ranges: readonly VersionRange[]): Promise<Map<string, FeedEvent[]>> {
    const rows = await this.repository.createdWithin(ranges);
    const messages = await this.views.forAll(this.database.db, rows);
    const told = messages.map((message, i) => ({ message, event: newMessageEvent(message, rows[i]?.createdVersion) }));
    const byConversation = Map.groupBy(told, ({ message }) => message.conversationId);
    return new Map([...byConversation].map(([id, some]) => [id, some.map(({ event }) => event)]));
  }

  /** The messages that these changes are about, with each change, as everyone may see them now. */
  async subjects(changes: readonly ChangeRecord[]): Promise<{ change: ChangeRecord; message: Message }[]> {
    const ids = new Set(changes.flatMap(({ subjectId }) => subjectId ?? []));
    const rows = await this.repository.byIds([...ids]);
    const messages = new Map((await this.views.forAll(this.database.db, rows)).map((each) => [each.id, each]));
    return changes.map((change) => {
      const message = messages.get(change.subjectId ?? '');
      if (!message) throw new Error('A change is about a message that is not there.');
      return { change, message };
    });
  }

  private async changed(changes: readonly ChangeRecord[]): Promise<FeedEvent[]> {
    return (await this.subjects(changes)).map(({ change, message }) =>
      changedMessageEvent(EVENT_OF[change.kind as keyof typeof EVENT_OF], message, {
        version: change.version,
        actorId: change.actorId,
        added: change.data.mentionsAdded ?? [],
        removed: change.data.mentionsRemoved ?? [],
      }),
    );
  }
}
