import { type DynamicModule, Global, Module } from '@nestjs/common';
import { ThrottlerModule } from '@nestjs/throttler';
import type { Logger } from 'pino';
import { CONFIG, type Config } from '../config/config.js';
import { LOG } from '../kernel/log.js';
import { Cursors } from './http/cursors.js';
import { HealthController } from './http/health.controller.js';
import { OriginPolicy } from './http/origin.policy.js';
import { INSTALLATION, RefreshCookieNames } from './http/refresh-cookie-names.js';
import { Keys } from './keys.js';
import { RedisHealth } from './redis/redis-health.js';
import { REDIS, type RedisLink } from './redis/redis-link.js';
import { Counters } from './telemetry/counters.js';
import { DatabaseHealth } from './telemetry/database-health.js';
import { EventReporter } from './telemetry/event-reporter.js';
import { HealthRegistry } from './telemetry/health-registry.js';

export interface PlatformParts {
  config: Config;
  log: Logger;
  keys: Keys;
  redis: RedisLink | null;
  /** What tells this installation from every other. */
  installation: string;
}

/** What every module may ask for without importing it. */
@Global()
@Module({})
export class PlatformModule {
  static with({ config, log, keys, redis, installation }: PlatformParts): DynamicModule {
    const given = [
      { provide: CONFIG, useValue: config },
      { provide: LOG, useValue: log },
      { provide: Keys, useValue: keys },
      { provide: REDIS, useValue: redis },
      { provide: INSTALLATION, useValue: installation },
    ];
    return {
      module: PlatformModule,
      imports: [ThrottlerModule.forRoot({ throttlers: [] })],
      controllers: [HealthController],
      providers: [
        ...given,
        Counters,
        EventReporter,
        RefreshCookieNames,
        OriginPolicy,
        Cursors,
        HealthRegistry,
        DatabaseHealth,
        RedisHealth,
      ],
      exports: [
        CONFIG,
        LOG,
        REDIS,
        Counters,
        EventReporter,
        Keys,
        RefreshCookieNames,
        OriginPolicy,
        Cursors,
        HealthRegistry,
        ThrottlerModule,
      ],
    };
  }
}
