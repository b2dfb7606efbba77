import { Injectable } from '@nestjs/common';
import type { BanPage } from '@parley/protocol';
import { invalid, notFound, ParleyError } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import type { CursorQueryDto } from '../../platform/http/cursor-query.dto.js';
import { Cursors } from '../../platform/http/cursors.js';
import { AuditService } from '../audit/index.js';
import { requirePermission, type Unchanged } from '../conversation-log/index.js';
import { UsersRepository } from '../users/index.js';
import { type BanRow, BansRepository } from './bans.repository.js';
import { type Change, type ChangeContext, ConversationChanges } from './conversation-changes.js';
import { LockedMembers } from './locked-members.js';
import { MemberRemoval } from './member-removal.js';

const NOTHING: Unchanged<void> = { result: undefined, unchanged: true };

/** Keeping people out of a group. */
@Injectable()
export class BansService {
  constructor(
    private readonly changes: ConversationChanges,
    private readonly repository: BansRepository,
    private readonly members: LockedMembers,
    private readonly removal: MemberRemoval,
    private readonly users: UsersRepository,
    private readonly audit: AuditService,
    private readonly cursors: Cursors,
  ) {}

  /**
   * Removes them, if they are in it; nobody can add them until they are unbanned.
   * @throws `not_found` where there is no such user; `forbidden` for an owner, and for whoever the actor may not remove.
   */
  async ban(principal: Principal, conversationId: string, userId: string): Promise<void> {
    return this.changes.run(principal, conversationId, 'ban', async (context) => {
      if (userId === principal.userId) throw invalid('userId', 'must not be oneself');
      if (!(await this.users.viewsOf([userId], context.tx)).has(userId)) throw notFound();
      return this.decide(context, userId);
    });
  }

  /** Who is not banned stays as they are. */
  unban(principal: Principal, conversationId: string, userId: string): Promise<void> {
    return this.changes.run(principal, conversationId, 'ban', async ({ tx, actor }) => {
      if (await this.repository.delete(tx, conversationId, userId))
        await this.audit.record(auditOf('member_unbanned', { conversationId, actorId: actor.userId, userId }), tx);
      return NOTHING;
    });
  }

  async list(principal: Principal, conversationId: string, query: CursorQueryDto): Promise<BanPage> {
    await this.changes.check(principal, conversationId, 'see_bans');
    const { rows, end } = await this.cursors.page(
      {
        name: `bans ${conversationId}`,
        read: (after, limit) => this.repository.list(conversationId, { after, limit }),
        positionOf: ({ bannedAt, userId }: BanRow) => [bannedAt.toISOString(), userId],
      },
      query,
    );
    const views = await this.users.viewsOf(rows.flatMap((row) => [row.userId, row.bannedBy]));
    return {
      items: rows.flatMap(({ userId: id, bannedBy, bannedAt }) => {
        const user = views.get(id);
        return user ? [{ user, bannedBy, bannedAt: bannedAt.toISOString() }] : [];
      }),
      ...end,
      users: [...new Set(rows.map(({ bannedBy }) => bannedBy))].flatMap((id) => views.get(id) ?? []),
    };
  }

  private async decide(context: ChangeContext, userId: string): Promise<Change<void> | Unchanged<void>> {
    const { tx, conversation, actor } = context;
    await this.removal.prepare(context);
    const target = await this.members.find(context, userId);
    const present = target && !target.leftAt ? target : null;
    if (present?.role === 'owner') throw new ParleyError('forbidden', { message: 'An owner cannot be banned.' });
    if (present) requirePermission(`remove_${present.role}`, actor.role, conversation);
    const ban = { conversationId: conversation.id, userId, bannedBy: actor.userId };
    if (!(await this.repository.insert(tx, ban))) return NOTHING;
    const what = { conversationId: conversation.id, actorId: actor.userId, userId };
    await this.audit.record(auditOf('member_banned', what), tx);
    return present ? this.removal.remove(context, userId) : NOTHING;
  }
}

function auditOf(
  action: 'member_banned' | 'member_unbanned',
  { conversationId, actorId, userId }: { conversationId: string; actorId: string; userId: string },
) {
  return { action, actorId, conversationId, target: { kind: 'user' as const, id: userId } };
}
