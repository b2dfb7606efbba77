import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from 'pino';
import { CONFIG, type Config } from '../../config/config.js';
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
    for (const { username, externalId } of await this.users.called(this.config.adminUsers?.usernames ?? [])) {
      const meant = `host:${externalId}`;
      this.log.warn({ username, meant }, 'ADMIN_USERS names a user of the host product, who is no admin by a username');
    }
  }
}
