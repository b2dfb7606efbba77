import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { HealthRegistry } from '../telemetry/health-registry.js';
import { REDIS, type RedisLink } from './redis-link.js';

/** Opens and closes the link to Redis, if there is to be one, and enters its state in the registry. */
@Injectable()
export class RedisHealth implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(REDIS) private readonly link: RedisLink | null,
    private readonly state: HealthRegistry,
  ) {}

  /** Does not wait: a node serves without Redis. */
  onApplicationBootstrap(): void {
    if (!this.link) return;
    this.state.set('redis', true);
    this.link.watch({
      onUp: () => this.state.set('redis', false),
      onDown: () => this.state.set('redis', true),
    });
    this.link.open();
  }

  onApplicationShutdown(): void {
    this.link?.close();
  }
}
