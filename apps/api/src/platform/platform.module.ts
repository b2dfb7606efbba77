import { type DynamicModule, Global, Module } from '@nestjs/common';
import { ThrottlerModule } from '@nestjs/throttler';
import { CONFIG, type Config } from '../config/config.js';
import { Cursors } from './http/cursors.js';
import { HealthController } from './http/health.controller.js';
import { MetricsController } from './http/metrics.controller.js';
import { OriginPolicy } from './http/origin.policy.js';
import { INSTALLATION, RefreshCookieNames } from './http/refresh-cookie-names.js';
import { TlsPolicy } from './http/tls.policy.js';
import { Keys } from './keys.js';
import { LimiterStorage } from './limits/limiter-storage.js';
import { RateLimits } from './limits/rate-limits.js';
import { LinkHealth } from './nodes/link-health.js';
import { NODE_LINK, type NodeLink } from './nodes/node-link.js';
import { DatabaseHealth } from './telemetry/database-health.js';
import { DatabaseReadings } from './telemetry/database-readings.js';
import { EventReporter } from './telemetry/event-reporter.js';
import { HealthRegistry } from './telemetry/health-registry.js';
import { Metrics } from './telemetry/metrics.js';
import { Readings } from './telemetry/readings.js';
import { type SendTraces, TRACES } from './telemetry/send-traces.js';

export interface PlatformParts {
  config: Config;
  reporter: EventReporter;
  /** Null where none are made. */
  traces: SendTraces | null;
  keys: Keys;
  /** Null where this is the only node. */
  link: NodeLink | null;
  /** What distinguishes this installation from every other. */
  installation: string;
}

const rateLimits = {
  provide: RateLimits,
  useFactory: (config: Config, reporter: EventReporter) => new RateLimits(config, reporter),
  inject: [CONFIG, EventReporter],
};

/** Routes name their budgets themselves. */
const throttling = {
  useFactory: (limits: RateLimits) => ({ throttlers: [], storage: new LimiterStorage(limits) }),
  inject: [RateLimits],
};

/** Available to every module without an import. */
@Global()
@Module({})
export class PlatformModule {
  static with({ config, reporter, traces, keys, link, installation }: PlatformParts): DynamicModule {
    const given = [
      { provide: CONFIG, useValue: config },
      { provide: EventReporter, useValue: reporter },
      { provide: TRACES, useValue: traces },
      { provide: Keys, useValue: keys },
      { provide: NODE_LINK, useValue: link },
      { provide: INSTALLATION, useValue: installation },
    ];
    return {
      module: PlatformModule,
      imports: [ThrottlerModule.forRootAsync(throttling)],
      controllers: [HealthController, MetricsController],
      providers: [
        ...given,
        rateLimits,
        RefreshCookieNames,
        OriginPolicy,
        TlsPolicy,
        Cursors,
        HealthRegistry,
        DatabaseHealth,
        DatabaseReadings,
        Readings,
        Metrics,
        LinkHealth,
      ],
      exports: [
        CONFIG,
        NODE_LINK,
        TRACES,
        RateLimits,
        EventReporter,
        Keys,
        RefreshCookieNames,
        OriginPolicy,
        TlsPolicy,
        Cursors,
        HealthRegistry,
        Readings,
        ThrottlerModule,
      ],
    };
  }
}
