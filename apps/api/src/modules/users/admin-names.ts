import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { ExternalUsersRepository } from './external-users.repository.js';

/**
 * Reports at the start users of the host product whose usernames stand in `ADMIN_USERS`, where only their ids count.
 */
@Injectable()
export class AdminNames implements OnApplicationBootstrap {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly reporter: EventReporter,
    private readonly users: ExternalUsersRepository,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const usernames = this.config.adminUsers?.usernames ?? [];
    if (usernames.length === 0) return;
    try {
      for (const { username, externalId } of await this.users.called(usernames)) {
        this.reporter.adminMisnamed(username, `host:${externalId}`);
      }
    } catch (fault) {
      // A hint is not worth a start that fails while the database fails over.
      this.reporter.adminLookUpFailed(fault);
    }
  }
}
