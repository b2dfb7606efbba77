import { Injectable } from '@nestjs/common';
import type { UserDetail } from '@parley/protocol';
import { conflict, notFound, ParleyError } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import { AuditService } from '../audit/index.js';
import { UsersService } from '../users/index.js';
import { AccountsRepository } from './accounts.repository.js';
import { SessionEvents } from './session-events.js';

/** Keeping people out, and letting them in again; for server admins and the command line. */
@Injectable()
export class DisablingService {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly events: SessionEvents,
    private readonly users: UsersService,
    private readonly audit: AuditService,
  ) {}

  /** By a server admin. @throws `forbidden` for oneself, and what `change` throws. */
  async setDisabled({ userId }: Principal, id: string, isDisabled: boolean): Promise<UserDetail> {
    if (id === userId) throw new ParleyError('forbidden', { message: 'You cannot disable yourself.' });
    await this.change(userId, id, isDisabled);
    return this.users.get(userId, id);
  }

  /**
   * Disabling ends all sessions of the user. `by` null is the command line.
   * @throws `not_found`, and `conflict` for who has left for good and for the last server admin, as nobody would be left who
   * could administer it.
   */
  async change(by: string | null, id: string, isDisabled: boolean): Promise<void> {
    const ended = await this.accounts.setDisabled(id, isDisabled, async (tx, user) => {
      if (user.deletedAt) throw conflict('user', 'deleted');
      if (isDisabled) await this.users.requireOtherAdmin(user, tx);
      const action = isDisabled ? 'account_disabled' : 'account_enabled';
      await this.audit.record({ actorId: by, action, target: { kind: 'user', id } }, tx);
    });
    if (ended === null) throw notFound();
    if (isDisabled) this.events.ended({ userId: id, sessionIds: ended, isDisabled });
  }
}
