import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Message } from '@parley/protocol';
import { Database } from '../../database/database.js';
import type { ChangeRecord } from '../../database/rows.js';
import { ChangeEvents } from '../../realtime/hub/change-events.js';
import type { StreamEvent, VersionRange } from '../../realtime/hub/stream-events.js';
import { newMessageEvent } from '../conversation-log/index.js';
import { MESSAGE_CHANGES, messageChangedEvent } from './message.events.js';
import { MessageViews } from './message-views.js';
import { MessagesRepository } from './messages.repository.js';

/** Of messages in one read: many times what as many versions are of usual messages. */
const GAP_BYTES = 2 * 1_024 * 1_024;

/** The events of stored messages, for a stream that missed them: as the rows are now, each with its own version. */
@Injectable()
export class MessageStream implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly repository: MessagesRepository,
    private readonly views: MessageViews,
    private readonly registry: ChangeEvents,
  ) {}

  onModuleInit(): void {
    this.registry.register(MESSAGE_CHANGES, (changes) => this.changed(changes));
  }

  /** `message:new` of the messages created in these ranges of versions, by conversation, in order. */
  async created(ranges: readonly VersionRange[]): Promise<Map<string, StreamEvent[]>> {
    const rows = await this.repository.createdWithin(ranges, GAP_BYTES);
    const messages = await this.views.forAll(this.database.db, rows);
    const told = messages.map((message, i) => ({ message, event: newMessageEvent(message, rows[i]?.createdVersion) }));
    const byConversation = Map.groupBy(told, ({ message }) => message.conversationId);
    return new Map([...byConversation].map(([id, some]) => [id, some.map(({ event }) => event)]));
  }

  /**
   * The messages that these changes are about, with each change, as every member may see them now. Null where a message has
   * expired, and for some where all of them would be too large at once, though never for the first of a conversation: its
   * stream reads the rest in another step.
   */
  async subjects(changes: readonly ChangeRecord[]): Promise<(Subject | null)[]> {
    const places = placesOf(changes);
    const rows = await this.repository.byIds(places, GAP_BYTES);
    const messages = new Map((await this.views.forAll(this.database.db, rows)).map((each) => [each.id, each]));
    return changes.map((change) => {
      const message = messages.get(change.subjectId ?? '');
      return message ? { change, message } : null;
    });
  }

  private async changed(changes: readonly ChangeRecord[]): Promise<(StreamEvent | null)[]> {
    return (await this.subjects(changes)).map(
      (subject) => subject && messageChangedEvent(subject.change, subject.message),
    );
  }
}

/** A stored change of a message. */
interface Subject {
  change: ChangeRecord;
  message: Message;
}

/** Which message of its conversation each is, by the first of its changes. */
function placesOf(changes: readonly ChangeRecord[]): Map<string, number> {
  const places = new Map<string, number>();
  const counts = new Map<string, number>();
  for (const { conversationId, subjectId } of changes.toSorted((a, b) => a.version - b.version)) {
    if (!subjectId || places.has(subjectId)) continue;
    const nth = (counts.get(conversationId) ?? 0) + 1;
    counts.set(conversationId, nth);
    places.set(subjectId, nth);
  }
  return places;
}
