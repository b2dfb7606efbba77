import { Injectable } from '@nestjs/common';
import { conflict, ParleyError } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import type { Unchanged } from '../conversation-log/index.js';
import { type Change, ConversationChanges, MembersService, type OwnContext } from '../conversations/index.js';
import { type InviteRow, InvitesRepository } from './invites.repository.js';
import { InvitesService, refused, requireOpen } from './invites.service.js';

/** Joining a group by an invite. */
@Injectable()
export class JoiningService {
  constructor(
    private readonly invites: InvitesService,
    private readonly repository: InvitesRepository,
    private readonly changes: ConversationChanges,
    private readonly members: MembersService,
  ) {}

  /**
   * Makes the caller a member; who is one stays it, and takes no use of the link, also of one that is good no more: they may
   * have been the last, and the answer was lost. Returns the conversation's id.
   * @throws as `InvitesService.find` and `requireOpen` do; `conflict` where the group is archived; `forbidden` for who is banned
   * from it, and who is blocked by whoever made the link.
   */
  async accept({ userId }: Principal, token: string): Promise<{ conversationId: string; isNew: boolean }> {
    const known = await this.invites.find(token);
    const { invite } = known;
    const { conversationId } = invite;
    if (await this.repository.isMember(conversationId, userId)) return { conversationId, isNew: false };
    requireOpen(known);
    const isNew = await this.changes.runAs(userId, conversationId, (context) => this.decide(context, invite, userId));
    return { conversationId, isNew };
  }

  private async decide(
    context: OwnContext,
    invite: InviteRow,
    userId: string,
  ): Promise<Change<boolean> | Unchanged<boolean>> {
    const { tx, conversation } = context;
    if (await this.members.isPresent(context, userId)) return { result: false, unchanged: true };
    if (conversation.isArchived) throw conflict('conversation', 'archived');
    const isKeptOut =
      (await this.members.isBanned(context, userId)) ||
      (await this.repository.isBlocked(tx, { by: invite.createdBy, userId }));
    if (isKeptOut) throw new ParleyError('forbidden', { message: 'You cannot join this group.' });
    const change = await this.members.admission(context, [userId]);
    if (await this.repository.use(tx, invite.id)) return { ...change, result: true };
    // Since it was looked at, and why.
    const known = await this.repository.find(invite.tokenHash, tx);
    if (known) requireOpen(known);
    throw refused('used');
  }
}
