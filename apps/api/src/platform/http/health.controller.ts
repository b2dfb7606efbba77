import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Get } from '@nestjs/common';
import type { Readiness } from '@parley/protocol';
import { Database } from '../../database/database.js';
import { ParleyError } from '../../kernel/errors.js';
import { Needs } from '../documented.js';
import { ChargedElsewhere } from '../limits/rate-limit.guard.js';
import { HealthRegistry } from '../telemetry/health-registry.js';
import { Public } from './request.js';

const TIMEOUT_MS = 2_000;

/** For what supervises the process; limited, it would have a node taken out of service for the requests of others. */
@Public()
@ChargedElsewhere()
@Controller('health')
export class HealthController {
  private pinging: Promise<boolean> | null = null;

  constructor(
    private readonly database: Database,
    private readonly state: HealthRegistry,
  ) {}

  /** The process runs. */
  @Get('live')
  @Needs('public')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /**
   * The database answers within two seconds; else `service_unavailable`. Without Redis the node serves too, and the
   * answer names the missing part.
   */
  @Get('ready')
  @Needs('public')
  async ready(): Promise<Readiness> {
    const timeout = new AbortController();
    const tooLate = sleep(TIMEOUT_MS, false, { signal: timeout.signal }).catch(() => false);
    const isReady = await Promise.race([this.answers(), tooLate]);
    timeout.abort();
    if (!isReady) throw new ParleyError('service_unavailable');
    const { degraded: parts, details } = this.state;
    const known = Object.keys(details).length > 0 ? { details } : {};
    return parts.length > 0 ? { status: 'degraded', parts, ...known } : { status: 'ok', ...known };
  }

  /** Whether the database does. All who ask meanwhile share one ping: nothing limits how many they are. */
  private answers(): Promise<boolean> {
    this.pinging ??= this.database
      .ping()
      .then(
        () => true,
        () => false,
      )
      .finally(() => {
        this.pinging = null;
      });
    return this.pinging;
  }
}
