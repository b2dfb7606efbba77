import { Injectable } from '@nestjs/common';
import type { AuditAction, Member, MemberRef, MemberRole } from '@parley/protocol';
import type { ParticipantRow } from '../../database/rows.js';
import { conflict, notFound, ParleyError } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import { AuditService } from '../audit/index.js';
import { requirePermission, type Unchanged } from '../conversation-log/index.js';
import { BansRepository } from './bans.repository.js';
import { memberAddedEvent, memberUpdatedEvent } from './conversation.events.js';
import { canLeave } from './conversation.policy.js';
import { type Change, type ChangeContext, ConversationChanges, type OwnContext } from './conversation-changes.js';
import { ConversationsRepository } from './conversations.repository.js';
import { LockedMembers } from './locked-members.js';
import { MemberRefs } from './member-refs.js';
import { MemberRemoval } from './member-removal.js';

/** Who is in a conversation, and as what. */
@Injectable()
export class MembersService {
  constructor(
    private readonly changes: ConversationChanges,
    private readonly repository: ConversationsRepository,
    private readonly members: LockedMembers,
    private readonly removal: MemberRemoval,
    private readonly bans: BansRepository,
    private readonly audit: AuditService,
    private readonly refs: MemberRefs,
  ) {}

  /** Adds those who are not members yet, all with one version. Returns them. */
  async add(principal: Principal, conversationId: string, memberRefs: readonly MemberRef[]): Promise<Member[]> {
    // Resolving may create people, so a stranger is turned away before that.
    await this.changes.check(principal, conversationId, 'add_members');
    const wanted = await this.refs.resolve(principal, memberRefs);
    return this.changes.run(principal, conversationId, 'add_members', (context) => this.decideAdd(context, wanted));
  }

  /** Removes a member; oneself is leaving. */
  remove(principal: Principal, conversationId: string, userId: string): Promise<void> {
    const verb = userId === principal.userId ? 'leave' : 'remove_member';
    return this.changes.run(principal, conversationId, verb, (context) => this.decideRemove(context, userId));
  }

  changeRole(
    principal: Principal,
    conversationId: string,
    change: { userId: string; role: MemberRole },
  ): Promise<Member> {
    return this.changes.run(principal, conversationId, 'change_roles', (context) => this.decideRole(context, change));
  }

  private async decideAdd(
    context: ChangeContext,
    wanted: readonly string[],
  ): Promise<Change<Member[]> | Unchanged<Member[]>> {
    const { tx, conversation } = context;
    const known = await this.repository.lockParticipants(tx, conversation.id, wanted);
    const userIds = wanted.filter((userId) => known.get(userId)?.leftAt !== null);
    if (userIds.length === 0) return { result: [], unchanged: true };
    if (await this.bans.hasAny(tx, conversation.id, userIds)) throw conflict('memberIds', 'banned');
    return this.admission(context, userIds);
  }

  /** Locks the row that says so. */
  async isPresent({ tx, conversation }: OwnContext, userId: string): Promise<boolean> {
    const known = await this.repository.lockParticipants(tx, conversation.id, [userId]);
    return known.get(userId)?.leftAt === null;
  }

  isBanned({ tx, conversation }: OwnContext, userId: string): Promise<boolean> {
    return this.bans.hasAny(tx, conversation.id, [userId]);
  }

  /** Makes those members who are none, as who has locked their rows knows. */
  async admission(context: OwnContext, userIds: readonly string[]): Promise<Change<Member[]>> {
    const { tx, conversation, version, at } = context;
    const versions = await this.repository.raiseMembershipVersions(tx, userIds);
    const admitted = userIds.map((userId) => ({
      userId,
      role: 'member' as const,
      userVersion: versions.get(userId) ?? 0,
    }));
    await this.repository.admit(tx, conversation, { version, at, members: admitted });
    const members = await this.members.present(context, userIds);
    return {
      result: members,
      values: { memberCount: conversation.memberCount + userIds.length },
      row: { kind: 'member_added', data: { userIds: [...userIds] } },
      system: { event: 'member_added', userIds: [...userIds] },
      event: (change) => memberAddedEvent(change, members),
    };
  }

  private async decideRemove(context: ChangeContext, userId: string): Promise<Change<void> | Unchanged<void>> {
    await this.removal.prepare(context);
    const target = await this.members.find(context, userId);
    if (!target) throw notFound();
    await this.requireMayRemove(context, target);
    if (target.leftAt) return { result: undefined, unchanged: true };
    if (userId !== context.actor.userId)
      await this.record(context, { action: 'member_removed', userId, details: { role: target.role } });
    return this.removal.remove(context, userId);
  }

  private async requireMayRemove({ tx, conversation, actor }: ChangeContext, target: ParticipantRow): Promise<void> {
    if (target.userId !== actor.userId) {
      requirePermission(`remove_${target.role}`, actor.role, conversation);
      return;
    }
    const hasOtherOwner = await this.repository.hasOtherOwner(tx, target);
    const facts = { role: actor.role, hasOtherOwner, otherMembers: conversation.memberCount - 1 };
    if (!canLeave(facts)) {
      throw new ParleyError('forbidden', { message: 'The last owner leaves only after passing the ownership on.' });
    }
  }

  private async decideRole(
    context: ChangeContext,
    change: { userId: string; role: MemberRole },
  ): Promise<Change<Member> | Unchanged<Member>> {
    const { tx } = context;
    const { userId, role } = change;
    const target = await this.members.getPresent(context, userId);
    if (target.role === role) return { result: await this.members.presentOne(context, userId), unchanged: true };
    if (target.role === 'owner' && !(await this.repository.hasOtherOwner(tx, target))) {
      throw new ParleyError('forbidden', { message: 'The last owner stays one until there is another.' });
    }
    // Owners cannot be silenced.
    const member = await this.members.update(context, userId, {
      role,
      ...(role === 'owner' && { silencedUntil: null }),
    });
    await this.record(context, { action: 'role_changed', userId, details: { from: target.role, to: role } });
    return {
      result: member,
      row: { kind: 'role_changed', subjectId: userId },
      system: { event: 'role_changed', userIds: [userId], from: target.role, to: role },
      event: (row) => memberUpdatedEvent(row, [member]),
    };
  }

  private record(
    { tx, conversation, actor }: ChangeContext,
    { action, userId, details }: { action: AuditAction; userId: string; details: Record<string, unknown> },
  ): Promise<void> {
    const target = { kind: 'user' as const, id: userId };
    return this.audit.record({ action, actorId: actor.userId, target, conversationId: conversation.id, details }, tx);
  }
}
