import { Injectable } from '@nestjs/common';
import type { Member } from '@parley/protocol';
import { invalid, ParleyError } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import { AuditService } from '../audit/index.js';
import type { Unchanged } from '../conversation-log/index.js';
import { memberUpdatedEvent } from './conversation.events.js';
import { type Change, type ChangeContext, ConversationChanges } from './conversation-changes.js';
import { LockedMembers } from './locked-members.js';

/**
 * Of the kinds of changes that the release before knows the one which becomes `member:updated` there, whatever has changed:
 * its nodes run beside ours for a while.
 */
const KIND = 'role_changed';

/** Members who may write nothing for a time. */
@Injectable()
export class SilencesService {
  constructor(
    private readonly changes: ConversationChanges,
    private readonly members: LockedMembers,
    private readonly audit: AuditService,
  ) {}

  /**
   * From now on, and in place of a silence that holds already.
   * @throws `forbidden` for an owner, `not_found` for who is no present member.
   */
  silence(principal: Principal, conversationId: string, of: { userId: string; seconds: number }): Promise<Member> {
    return this.changes.run(principal, conversationId, 'silence', async (context) => {
      if (of.userId === principal.userId) throw invalid('userId', 'must not be oneself');
      const target = await this.members.getPresent(context, of.userId);
      if (target.role === 'owner') throw new ParleyError('forbidden', { message: 'An owner cannot be silenced.' });
      const until = new Date(context.at.getTime() + of.seconds * 1000);
      await this.record(context, of.userId, until);
      return this.change(context, of.userId, until);
    });
  }

  /** Ends a silence of another before its time; who may write stays as they are. */
  end(principal: Principal, conversationId: string, userId: string): Promise<Member> {
    return this.changes.run(principal, conversationId, 'silence', async (context) => {
      if (userId === principal.userId) throw invalid('userId', 'must not be oneself');
      const { silencedUntil } = await this.members.getPresent(context, userId);
      if (!silencedUntil || silencedUntil <= context.at) return this.unchanged(context, userId);
      await this.record(context, userId, null);
      return this.change(context, userId, null);
    });
  }

  private async change(context: ChangeContext, userId: string, silencedUntil: Date | null): Promise<Change<Member>> {
    const member = await this.members.update(context, userId, { silencedUntil });
    return {
      result: member,
      row: { kind: KIND, subjectId: userId },
      system: null,
      event: (row) => memberUpdatedEvent(row, [member]),
    };
  }

  private async unchanged(context: ChangeContext, userId: string): Promise<Unchanged<Member>> {
    return { result: await this.members.presentOne(context, userId), unchanged: true };
  }

  private record({ tx, conversation, actor }: ChangeContext, userId: string, until: Date | null): Promise<void> {
    const action = until ? 'member_silenced' : 'member_unsilenced';
    const details = until ? { until: until.toISOString() } : {};
    const target = { kind: 'user' as const, id: userId };
    return this.audit.record({ action, actorId: actor.userId, target, conversationId: conversation.id, details }, tx);
  }
}
