import { Injectable } from '@nestjs/common';
import { LIMITS, type Member, type MemberRef, type MemberRole, type SystemMetadata } from '@parley/protocol';
import type { ParticipantRow } from '../../database/rows.js';
import { notFound, ParleyError } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import { requirePermission, type Unchanged } from '../conversation-log/index.js';
import { toUserView } from '../users/index.js';
import { memberAddedEvent, memberRemovedEvent, memberUpdatedEvent } from './conversation.events.js';
import { canLeave } from './conversation.policy.js';
import { presentMember } from './conversation.presenter.js';
import { type Change, ConversationChanges, type Held } from './conversation-changes.js';
import { ConversationListsRepository } from './conversation-lists.repository.js';
import { ConversationsRepository } from './conversations.repository.js';
import { MemberRefs } from './member-refs.js';

/** Who is in a conversation, and as what. */
@Injectable()
export class MembersService {
  constructor(
    private readonly changes: ConversationChanges,
    private readonly repository: ConversationsRepository,
    private readonly lists: ConversationListsRepository,
    private readonly refs: MemberRefs,
  ) {}

  /** Adds those who are not members yet, all with one version. Returns them. */
  async add(principal: Principal, conversationId: string, memberRefs: readonly MemberRef[]): Promise<Member[]> {
    // Resolving may create people, so a stranger is turned away before that.
    await this.changes.check(principal, conversationId, 'add_members');
    const wanted = await this.refs.resolve(principal, memberRefs);
    return this.changes.run(principal, conversationId, 'add_members', (held) => this.decideAdd(held, wanted));
  }

  /** Removes a member; oneself is leaving. */
  remove(principal: Principal, conversationId: string, userId: string): Promise<void> {
    const verb = userId === principal.userId ? 'leave' : 'remove_member';
    return this.changes.run(principal, conversationId, verb, (held) => this.decideRemove(held, userId));
  }

  changeRole(
    principal: Principal,
    conversationId: string,
    change: { userId: string; role: MemberRole },
  ): Promise<Member> {
    return this.changes.run(principal, conversationId, 'change_roles', (held) => this.decideRole(held, change));
  }

  private async decideAdd(held: Held, wanted: readonly string[]): Promise<Change<Member[]> | Unchanged<Member[]>> {
    const { tx, conversation, version, at } = held;
    const known = await this.repository.lockParticipants(tx, conversation.id, wanted);
    const userIds = wanted.filter((userId) => known.get(userId)?.leftAt !== null);
    if (userIds.length === 0) return { result: [], unchanged: true };
    const versions = await this.repository.raiseMembershipVersions(tx, userIds);
    const admitted = userIds.map((userId) => ({
      userId,
      role: 'member' as const,
      userVersion: versions.get(userId) ?? 0,
    }));
    await this.repository.admit(tx, conversation, { version, at, members: admitted });
    const members = await this.present(held, userIds);
    return {
      result: members,
      values: { memberCount: conversation.memberCount + userIds.length },
      row: { kind: 'member_added', data: { userIds } },
      system: { event: 'member_added', userIds },
      event: (change) => memberAddedEvent(change, members),
    };
  }

  private async decideRemove(held: Held, userId: string): Promise<Change<void> | Unchanged<void>> {
    const { tx, conversation, version, at, actor } = held;
    // So far the markers of others were not broadcast: now that the group is small enough, every member gets all of
    // them.
    const tellsMarks = conversation.memberCount - 1 === LIMITS.receiptsMembers;
    if (tellsMarks) await this.repository.lockReceipts(tx, conversation.id);
    const target = (await this.repository.lockParticipants(tx, conversation.id, [userId])).get(userId);
    if (!target) throw notFound();
    await this.requireMayRemove(held, target);
    if (target.leftAt) return { result: undefined, unchanged: true };
    const userVersion = (await this.repository.raiseMembershipVersions(tx, [userId])).get(userId) ?? 0;
    const key = { conversationId: conversation.id, userId };
    await this.repository.updateParticipant(tx, key, { leftAt: at, version, userVersion });
    if (tellsMarks) await this.repository.renumberMarks(tx, conversation.id);
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

  private async requireMayRemove({ tx, conversation, actor }: Held, target: ParticipantRow): Promise<void> {
    if (target.userId !== actor.userId) {
      requirePermission(`remove_${target.role}`, actor.role, conversation);
      return;
    }
    const owners = await this.repository.countOwners(tx, conversation.id);
    const facts = { role: actor.role, otherOwners: owners - 1, otherMembers: conversation.memberCount - 1 };
    if (!canLeave(facts)) {
      throw new ParleyError('forbidden', { message: 'The last owner leaves only after passing the ownership on.' });
    }
  }

  private async decideRole(
    held: Held,
    change: { userId: string; role: MemberRole },
  ): Promise<Change<Member> | Unchanged<Member>> {
    const { tx, conversation, version } = held;
    const { userId, role } = change;
    const target = (await this.repository.lockParticipants(tx, conversation.id, [userId])).get(userId);
    if (!target || target.leftAt) throw notFound();
    if (target.role === role) return { result: await this.presentOne(held, userId), unchanged: true };
    if (target.role === 'owner' && (await this.repository.countOwners(tx, conversation.id)) === 1) {
      throw new ParleyError('forbidden', { message: 'The last owner stays one until there is another.' });
    }
    await this.repository.updateParticipant(tx, { conversationId: conversation.id, userId }, { role, version });
    const member = await this.presentOne(held, userId);
    return {
      result: member,
      row: { kind: 'role_changed', subjectId: userId },
      system: { event: 'role_changed', userIds: [userId], from: target.role, to: role },
      event: (row) => memberUpdatedEvent(row, [member]),
    };
  }

  private async present({ tx, conversation }: Held, userIds: readonly string[]): Promise<Member[]> {
    const rows = await this.lists.membersByIds(tx, conversation.id, userIds);
    return rows.map(({ participant, user }) => presentMember(participant, toUserView(user)));
  }

  private async presentOne(held: Held, userId: string): Promise<Member> {
    const [member] = await this.present(held, [userId]);
    if (!member) throw notFound();
    return member;
  }
}
