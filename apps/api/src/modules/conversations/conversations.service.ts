import { Injectable } from '@nestjs/common';
import type { ConversationDetail, UpdateConversationBody } from '@parley/protocol';
import { invalid } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import { normalizedName } from '../../platform/names.js';
import type { Unchanged } from '../conversation-log/index.js';
import { archiving } from './archiving.js';
import { conversationUpdatedEvent } from './conversation.events.js';
import { type Change, type ChangeContext, ConversationChanges } from './conversation-changes.js';
import { ConversationLists } from './conversation-lists.js';

type Decision = Change<void> | Unchanged<void>;

@Injectable()
export class ConversationsService {
  constructor(
    private readonly changes: ConversationChanges,
    private readonly lists: ConversationLists,
  ) {}

  async update(
    principal: Principal,
    conversationId: string,
    body: UpdateConversationBody,
  ): Promise<ConversationDetail> {
    const { name, isArchived } = body;
    if ((name === undefined) === (isArchived === undefined))
      throw invalid('', 'must have exactly one of name and isArchived');
    if (name !== undefined) await this.rename(principal, conversationId, normalizedName(name));
    if (isArchived !== undefined) await this.archive(principal, conversationId, isArchived);
    return this.lists.detail(principal.userId, conversationId);
  }

  private rename(principal: Principal, conversationId: string, name: string): Promise<void> {
    return this.changes.run(
      principal,
      conversationId,
      'rename',
      async ({ conversation, version, at }): Promise<Decision> => {
        if (conversation.name === name) return { result: undefined, unchanged: true };
        return {
          result: undefined,
          values: { name },
          row: { kind: 'renamed' },
          system: { event: 'renamed', from: conversation.name ?? '', to: name },
          // The system message's numbers come with its own event.
          event: (change) => conversationUpdatedEvent(change, { ...conversation, name, updatedAt: at, version }),
        };
      },
    );
  }

  private archive(principal: Principal, conversationId: string, isArchived: boolean): Promise<void> {
    const decide = async ({ conversation }: ChangeContext): Promise<Decision> => {
      if (conversation.isArchived === isArchived) return { result: undefined, unchanged: true };
      return archiving(isArchived);
    };
    return this.changes.run(principal, conversationId, 'archive', decide);
  }
}
