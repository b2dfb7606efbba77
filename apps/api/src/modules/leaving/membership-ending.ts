import { Injectable } from '@nestjs/common';
import { asParleyError } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import { MembersService } from '../conversations/index.js';
import { ErasureRepository } from './erasure.repository.js';

/** How somebody who has left for good leaves a group. */
@Injectable()
export class MembershipEnding {
  constructor(
    private readonly repository: ErasureRepository,
    private readonly members: MembersService,
  ) {}

  /**
   * Who came to lead the group alone after they were asked to pass it on has it passed on for them. Where that cannot be done, as
   * the group is archived or nobody else is left, they stay in it by their new name.
   */
  async end(userId: string, conversationId: string): Promise<void> {
    const leaver = principalOf(userId);
    const leave = () => this.members.remove(leaver, conversationId, userId);
    if ((await refusalOf(leave())) !== 'forbidden') return;
    const heir = await this.repository.heirOf(conversationId, userId);
    if (heir === null) return;
    const passOn = this.members.changeRole(leaver, conversationId, { userId: heir, role: 'owner' });
    if ((await refusalOf(passOn)) === null) await refusalOf(leave());
  }
}

/** They have no session any more. */
const principalOf = (userId: string): Principal => ({
  userId,
  isBot: false,
  sessionId: null,
  expiresAt: 0,
  scopes: [],
});

/** By what it was refused that others have done meanwhile; null where it was done. @throws anything else. */
async function refusalOf(done: Promise<unknown>): Promise<'forbidden' | 'not_found' | 'conflict' | null> {
  try {
    await done;
    return null;
  } catch (fault) {
    const { code } = asParleyError(fault);
    if (code === 'forbidden' || code === 'not_found' || code === 'conflict') return code;
    throw fault;
  }
}
