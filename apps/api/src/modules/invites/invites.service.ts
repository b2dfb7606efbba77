import { Injectable } from '@nestjs/common';
import { type CreateInviteBody, type Invite, type InvitePage, type InviteView, LIMITS } from '@parley/protocol';
import { conflict, ParleyError } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import type { CursorQueryDto } from '../../platform/http/cursor-query.dto.js';
import { Cursors } from '../../platform/http/cursors.js';
import { AuditService } from '../audit/index.js';
import { newSecret, secretHash } from '../auth/index.js';
import { ConversationChanges } from '../conversations/index.js';
import { UsersRepository } from '../users/index.js';
import { type InviteRow, InvitesRepository, type KnownInvite } from './invites.repository.js';

const REFUSED = {
  used: 'As many people as may have joined by this link. Ask for a new one.',
  revoked: 'This link has been taken back. Ask for a new one.',
  expired: 'This link is too old. Ask for a new one.',
};

/** Links by which people join a group: who leads it makes them, sees those that are open, and takes them back. */
@Injectable()
export class InvitesService {
  constructor(
    private readonly changes: ConversationChanges,
    private readonly repository: InvitesRepository,
    private readonly users: UsersRepository,
    private readonly audit: AuditService,
    private readonly cursors: Cursors,
  ) {}

  /** The token is told this once. @throws `conflict` where the group has as many open ones as it may. */
  async create(
    principal: Principal,
    conversationId: string,
    body: CreateInviteBody,
  ): Promise<Invite & { token: string }> {
    const { hours = null, maxUses = null } = body;
    const token = newSecret();
    const invite = { conversationId, tokenHash: secretHash(token), createdBy: principal.userId, hours, maxUses };
    const row = await this.changes.run(principal, conversationId, 'invite', async ({ tx }) => {
      if ((await this.repository.countOpen(tx, conversationId)) >= LIMITS.invites)
        throw conflict('invites', 'too_many');
      await this.repository.forgetOver(tx, conversationId);
      const result = await this.repository.create(tx, invite);
      await this.audit.record(this.entry('group_invite_created', principal, result), tx);
      return { result, unchanged: true };
    });
    return { ...present(row), token };
  }

  async list(principal: Principal, conversationId: string, query: CursorQueryDto): Promise<InvitePage> {
    await this.changes.check(principal, conversationId, 'see_invites');
    const { rows, end } = await this.cursors.page(
      {
        name: `invites ${conversationId}`,
        read: (after, limit) => this.repository.list(conversationId, { after, limit }),
        positionOf: ({ createdAt, id }: InviteRow) => [createdAt.toISOString(), id],
      },
      query,
    );
    const views = await this.users.viewsOf(rows.map(({ createdBy }) => createdBy));
    return { items: rows.map(present), ...end, users: [...views.values()] };
  }

  /** One that is taken back already, or that there never was, stays as it is. */
  revoke(principal: Principal, conversationId: string, id: string): Promise<void> {
    return this.changes.run(principal, conversationId, 'invite', async ({ tx }) => {
      if (await this.repository.revoke(tx, conversationId, id))
        await this.audit.record(this.entry('group_invite_revoked', principal, { id, conversationId }), tx);
      return { result: undefined, unchanged: true };
    });
  }

  /** What whoever has the link may know before they join. @throws as `find` and `requireOpen` do. */
  async view(token: string): Promise<InviteView> {
    const known = await this.find(token);
    requireOpen(known);
    const { invite, conversation } = known;
    const { name, memberCount } = conversation;
    return { name: name ?? '', memberCount, expiresAt: invite.expiresAt?.toISOString() ?? null };
  }

  /** Whether or not it can still be used. @throws `not_found` */
  async find(token: string): Promise<KnownInvite> {
    const known = await this.repository.find(secretHash(token));
    if (known) return known;
    throw new ParleyError('not_found', { message: 'This link does not lead anywhere. Is it complete?' });
  }

  private entry(
    action: 'group_invite_created' | 'group_invite_revoked',
    { userId: actorId }: Principal,
    { id, conversationId }: { id: string; conversationId: string },
  ) {
    return { action, actorId, conversationId, target: { kind: 'link' as const, id } };
  }
}

/** Of a link that was good once. */
export const refused = (why: keyof typeof REFUSED): ParleyError =>
  new ParleyError('conflict', { message: REFUSED[why], details: [{ path: 'link', message: why }] });

/** @throws `conflict` where it was used up, taken back, or is too old. */
export function requireOpen({ invite: { revokedAt, maxUses, uses }, isExpired }: KnownInvite): void {
  if (revokedAt) throw refused('revoked');
  if (isExpired) throw refused('expired');
  if (maxUses !== null && uses >= maxUses) throw refused('used');
}

function present({ id, createdBy, createdAt, expiresAt, maxUses, uses }: InviteRow): Invite {
  return {
    id,
    createdBy,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    maxUses,
    uses,
  };
}
