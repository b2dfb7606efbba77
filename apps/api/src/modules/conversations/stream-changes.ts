import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Member } from '@parley/protocol';
import { Database } from '../../database/database.js';
import type { ChangeRecord, ConversationRow } from '../../database/rows.js';
import { ChangeEvents } from '../../realtime/hub/change-events.js';
import type { StreamEvent } from '../../realtime/hub/stream-events.js';
import { toUserView } from '../users/index.js';
import {
  conversationArchivedEvent,
  conversationCreatedEvent,
  conversationUpdatedEvent,
  memberAddedEvent,
  memberRemovedEvent,
  memberUpdatedEvent,
} from './conversation.events.js';
import { presentMember } from './conversation.presenter.js';
import { ConversationListsRepository } from './conversation-lists.repository.js';
import { StreamSourceRepository } from './stream-source.repository.js';

/** What the events of change rows are made of, as it is now: it may be newer than the change. */
interface Present {
  conversation: ConversationRow;
  members: ReadonlyMap<string, Member>;
}

const KINDS = ['created', 'member_added', 'member_removed', 'role_changed', 'renamed', 'archived'] as const;

/** The events of stored changes of conversations and their members, for a stream that missed them. */
@Injectable()
export class StreamChanges implements OnModuleInit {
  constructor(
    private readonly registry: ChangeEvents,
    private readonly database: Database,
    private readonly repository: StreamSourceRepository,
    private readonly lists: ConversationListsRepository,
  ) {}

  onModuleInit(): void {
    this.registry.register(KINDS, (changes) => this.events(changes));
  }

  private async events(changes: readonly ChangeRecord[]): Promise<StreamEvent[]> {
    const conversations = await this.repository.conversations([...new Set(changes.map((each) => each.conversationId))]);
    const members = await this.members(changes);
    return changes.map((change) => {
      const conversation = conversations.get(change.conversationId);
      if (!conversation) throw new Error('A change is of a conversation that is not there.');
      return eventOf(change, { conversation, members: members.get(change.conversationId) ?? new Map() });
    });
  }

  /** Who is named by these changes, by conversation and user. */
  private async members(changes: readonly ChangeRecord[]): Promise<Map<string, Map<string, Member>>> {
    const named = changes.flatMap(({ conversationId, data, subjectId }) =>
      [...(data.userIds ?? []), subjectId ?? []].flat().map((userId) => ({ conversationId, userId })),
    );
    const rows = await this.lists.membersOf(this.database.db, named);
    const byConversation = Map.groupBy(rows, ({ participant }) => participant.conversationId);
    const toMember = ({ participant, user }: (typeof rows)[number]) =>
      [user.id, presentMember(participant, toUserView(user))] as const;
    return new Map([...byConversation].map(([id, some]) => [id, new Map(some.map(toMember))]));
  }
}

function eventOf(change: ChangeRecord, { conversation, members }: Present): StreamEvent {
  const viewsOf = (userIds: readonly string[]) => userIds.flatMap((userId) => members.get(userId) ?? []);
  switch (change.kind as (typeof KINDS)[number]) {
    case 'created':
      return conversationCreatedEvent(change);
    case 'member_added':
      return memberAddedEvent(change, viewsOf(change.data.userIds ?? []));
    case 'member_removed':
      return memberRemovedEvent(change);
    case 'role_changed':
      return memberUpdatedEvent(change, viewsOf([change.subjectId ?? '']));
    case 'renamed':
      return conversationUpdatedEvent(change, conversation);
    case 'archived':
      return conversationArchivedEvent(change);
  }
}
