import { Injectable } from '@nestjs/common';
import type { MessageRow } from '../../database/rows.js';
import type { Principal } from '../../kernel/principal.js';
import { FilesRepository } from '../files/index.js';
import { messageChangedEvent } from './message.events.js';
import {
  type Changed,
  type HeldMessage,
  type MessageChange,
  MessageChanges,
  requireChangeable,
} from './message-changes.js';
import { MessageChangesRepository } from './message-changes.repository.js';

@Injectable()
export class MessageDeletion {
  constructor(
    private readonly changes: MessageChanges,
    private readonly repository: MessageChangesRepository,
    private readonly files: FilesRepository,
  ) {}

  /**
   * Leaves a tombstone: the place in the order stays; text, mentions, reactions and files go. A message that is deleted
   * already does not change.
   * @throws `forbidden` for system messages, and for others' messages unless the actor leads the group.
   */
  delete(principal: Principal, messageId: string): Promise<Changed> {
    return this.changes.run(principal, messageId, (held) => this.decide(held));
  }

  private async decide(held: HeldMessage): Promise<MessageChange | null> {
    const { tx, message, userId } = held;
    requireChangeable('delete', held);
    if (message.deletedAt) return null;
    await this.repository.removeCounted(tx, message.conversationId, [message]);
    await this.files.replaceLinks(tx, message, []);
    return tombstone(message, { at: held.at, by: userId });
  }
}

/** What deleting a message changes. */
export const tombstone = ({ mentions }: MessageRow, { at, by }: { at: Date; by: string }): MessageChange => ({
  values: { content: '', metadata: {}, mentions: [], reactions: [], deletedAt: at, deletedBy: by },
  kind: 'message_deleted',
  data: { mentionsRemoved: mentions },
  event: messageChangedEvent,
});
