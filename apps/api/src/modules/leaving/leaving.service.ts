import { Injectable } from '@nestjs/common';
import { ParleyError } from '../../kernel/errors.js';
import { type Client, PasswordConfirmation, SessionEvents } from '../auth/index.js';
import { RetiredNames, UsersRepository, withSuffix } from '../users/index.js';
import { AccountClosing } from './account-closing.js';

/** A password may be changed while it is being compared, but hardly more than once. */
const MOST_ATTEMPTS = 3;

/** Leaving for good. What keeps the leaver out is one transaction; what they leave behind is `AccountErasure`'s. */
@Injectable()
export class LeavingService {
  constructor(
    private readonly confirmation: PasswordConfirmation,
    private readonly people: UsersRepository,
    private readonly names: RetiredNames,
    private readonly closing: AccountClosing,
    private readonly events: SessionEvents,
  ) {}

  /**
   * Whoever has left already, and repeats it with the token that they had, is answered the same.
   * @throws `forbidden` for a wrong password and accounts without, `conflict` for the last owner of a group and the last server
   * admin, `rate_limited`, and what is thrown for bad tokens.
   */
  async leave(token: string, password: string, client: Client): Promise<void> {
    for (let attempts = 0; attempts < MOST_ATTEMPTS; attempts += 1) {
      const { userId, passwordHash } = await this.confirmation.confirm(token, password, client);
      const user = await this.people.find(userId);
      if (user?.deletedAt) return;
      if (!user || passwordHash === null) throw new ParleyError('unauthenticated');
      const username = await this.nameAfter(user.username);
      const ended = await this.closing.close({ userId, passwordHash }, username);
      if (ended) return this.events.ended({ userId, sessionIds: ended, isDisabled: true });
    }
    throw new ParleyError('service_unavailable');
  }

  /** Somebody else may have had the name and left, and an invite may have given it again. */
  private async nameAfter(username: string): Promise<string> {
    return (await this.names.has(username)) ? withSuffix('deleted') : this.names.of(username);
  }
}
