import { Injectable } from '@nestjs/common';
import type { Member } from '@parley/protocol';
import { invalid, ParleyError } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import { AuditService } from '../audit/index.js';
import type { Unchanged } from '../conversation-log/index.js';
import { memberUpdatedEvent } from './conversation.events.js';
import { type Change, ConversationChanges, type Held } from './conversation-changes.js';
import { HeldMembers } from './held-members.js';

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
    private readonly members: HeldMembers,
    private readonly audit: AuditService,
  ) {}

  /**
   * From now on, and in place of a silence that holds already.
   * @throws `forbidden` for an owner, `not_found` for who is no present member.
   */
  silence(principal: Principal, conversationId: string, of: { userId: string; seconds: number }): Promise<Member> {
    return this.changes.run(principal, conversationId, 'silence', async (held) => {
      if (of.userId === principal.userId) throw invalid('userId', 'must not be oneself');
      const target = await this.members.getPresent(held, of.userId);
      if (target.role === 'owner') throw new ParleyError('forbidden', { message: 'An owner cannot be silenced.' });
      const until = new Date(held.at.getTime() + of.seconds * 1000);
      await this.record(held, of.userId, until);
      return this.change(held, of.userId, until);
    });
  }

  /** Ends a silence of another before its time; who may write stays as they are. */
  end(principal: Principal, conversationId: string, userId: string): Promise<Member> {
    return this.changes.run(principal, conversationId, 'silence', async (held) => {
      if (userId === principal.userId) throw invalid('userId', 'must not be oneself');
      const { silencedUntil } = await this.members.getPresent(held, userId);
      if (!silencedUntil || silencedUntil <= held.at) return this.unchanged(held, userId);
      await this.record(held, userId, null);
      return this.change(held, userId, null);
    });
  }

  private async change(held: Held, userId: string, silencedUntil: Date | null): Promise<Change<Member>> {
    const member = await this.members.update(held, userId, { silencedUntil });
    return {
      result: member,
      row: { kind: KIND, subjectId: userId },
      system: null,
      event: (row) => memberUpdatedEvent(row, [member]),
    };
  }

  private async unchanged(held: Held, userId: string): Promise<Unchanged<Member>> {
    return { result: await this.members.presentOne(held, userId), unchanged: true };
  }

  private record({ tx, conversation, actor }: Held, userId: string, until: Date | null): Promise<void> {
    const action = until ? 'member_silenced' : 'member_unsilenced';
    const details = until ? { until: until.toISOString() } : {};
    const target = { kind: 'user' as const, id: userId };
    return this.audit.record({ action, actorId: actor.userId, target, conversationId: conversation.id, details }, tx);
  }
}
