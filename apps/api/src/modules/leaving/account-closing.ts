import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { Database } from '../../database/database.js';
import { ParleyError } from '../../kernel/errors.js';
import { AuditService } from '../audit/index.js';
import { LinksRepository, SessionsRepository } from '../auth/index.js';
import { UsersService } from '../users/index.js';
import { LeavingRepository } from './leaving.repository.js';

/** The one transaction by which somebody leaves for good: all of it, or they are as they were. */
@Injectable()
export class AccountClosing {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly repository: LeavingRepository,
    private readonly sessions: SessionsRepository,
    private readonly links: LinksRepository,
    private readonly users: UsersService,
    private readonly audit: AuditService,
  ) {}

  /**
   * The sessions that ended; null where the password is another one by now.
   * @param passwordHash the one that was found to be right.
   * @param username by which they are known from now on.
   * @throws `conflict` for the last owner of a group, and the last server admin.
   */
  close(
    { userId, passwordHash }: { userId: string; passwordHash: string },
    username: string,
  ): Promise<string[] | null> {
    return this.database.transaction(async (tx) => {
      const groups = await this.repository.ledAlone(tx, userId);
      if (groups.length > 0) throw lastOwner(groups);
      const user = await this.repository.lock(tx, userId);
      if (user?.deletedAt) return [];
      if (user?.passwordHash !== passwordHash) return null;
      await this.users.requireOtherAdmin(user, tx);
      await this.audit.record({ actorId: userId, action: 'account_deleted', target: { kind: 'user', id: userId } }, tx);
      await this.repository.leave(tx, userId, { username, keepsMessages: this.config.messagesOfLeavers === 'keep' });
      await this.links.forgetName(user.username, tx);
      return this.sessions.endAll(userId, tx);
    });
  }
}

function lastOwner(groups: readonly string[]): ParleyError {
  return new ParleyError('conflict', {
    message: 'Pass on the groups of which you are the last owner, or leave them, before you leave for good.',
    details: groups.map((id) => ({ path: `groups.${id}`, message: 'last_owner' })),
  });
}
