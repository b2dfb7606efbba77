import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from 'pino';
import { CONFIG, type Config } from '../../config/config.js';
import { faultLevel } from '../../kernel/errors.js';
import { LOG } from '../../kernel/log.js';
import { ExternalUsersRepository } from './external-users.repository.js';

/** Says at the start whom `ADMIN_USERS` seems to mean and does not name: users of the host product, by their usernames. */
@Injectable()
export class AdminNames implements OnApplicationBootstrap {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOG) private readonly log: Logger,
    private readonly users: ExternalUsersRepository,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const usernames = this.config.adminUsers?.usernames ?? [];
    if (usernames.length === 0) return;
    try {
      for (const { username, externalId } of await this.users.called(usernames)) {
        const meant = `host:${externalId}`;
        this.log.warn(
          { username, meant },
          'ADMIN_USERS names a user of the host product, who is no admin by a username',
        );
      }
    } catch (fault) {
      // A hint is not worth a start that fails while the database fails over.
      this.log[faultLevel(fault)]({ err: fault }, 'whom ADMIN_USERS names could not be looked up');
    }
  }
}
