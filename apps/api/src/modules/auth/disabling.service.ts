import { Injectable } from '@nestjs/common';
import type { UserDetail } from '@parley/protocol';
import { notFound, ParleyError } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import { UsersService } from '../users/index.js';
import { AccountsRepository } from './accounts.repository.js';
import { SessionEvents } from './session-events.js';

/** Keeping people out, and letting them in again; for server admins. */
@Injectable()
export class DisablingService {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly events: SessionEvents,
    private readonly users: UsersService,
  ) {}

  /**
   * Disabling ends all sessions of the user. An admin cannot disable themselves, because no other admin might be left
   * to undo it.
   * @throws `forbidden` unless the caller is a server admin, `not_found`.
   */
  async setDisabled({ userId }: Principal, id: string, isDisabled: boolean): Promise<UserDetail> {
    if (!(await this.users.isServerAdmin(userId))) throw new ParleyError('forbidden');
    if (id === userId) throw new ParleyError('forbidden', { message: 'You cannot disable yourself.' });
    const ended = await this.accounts.setDisabled(id, isDisabled);
    if (ended === null) throw notFound();
    if (isDisabled) this.events.ended({ userId: id, sessionIds: ended, isDisabled });
    return this.users.get(userId, id);
  }
}
