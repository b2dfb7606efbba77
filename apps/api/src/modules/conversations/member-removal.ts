import { Injectable } from '@nestjs/common';
import { LIMITS, type SystemMetadata } from '@parley/protocol';
import { memberRemovedEvent } from './conversation.events.js';
import type { Change, ChangeContext } from './conversation-changes.js';
import { ConversationsRepository } from './conversations.repository.js';

/** How a present member stops being one, whoever decided it. */
@Injectable()
export class MemberRemoval {
  constructor(private readonly repository: ConversationsRepository) {}

  /**
   * Locks what the removal needs beside the conversation; before the member's own row, as everywhere. Until now the markers
   * of others were not broadcast in a group that becomes small enough: then every member gets all of them.
   */
  async prepare({ tx, conversation }: ChangeContext): Promise<void> {
    if (becomesSmall(conversation)) await this.repository.lockReceipts(tx, conversation.id);
  }

  /** Of somebody who is present. */
  async remove({ tx, conversation, version, at, actor }: ChangeContext, userId: string): Promise<Change<void>> {
    const userVersion = (await this.repository.raiseMembershipVersions(tx, [userId])).get(userId) ?? 0;
    const key = { conversationId: conversation.id, userId };
    await this.repository.updateParticipant(tx, key, { leftAt: at, version, userVersion });
    if (becomesSmall(conversation)) await this.repository.renumberMarks(tx, conversation.id);
    const system: SystemMetadata =
      userId === actor.userId ? { event: 'member_left' } : { event: 'member_removed', userIds: [userId] };
    return {
      result: undefined,
      values: { memberCount: conversation.memberCount - 1 },
      row: { kind: 'member_removed', subjectId: userId },
      system,
      event: memberRemovedEvent,
    };
  }
}

const becomesSmall = ({ memberCount }: ChangeContext['conversation']): boolean =>
  memberCount - 1 === LIMITS.receiptsMembers;
