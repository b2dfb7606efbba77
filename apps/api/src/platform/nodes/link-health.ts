import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { HealthRegistry } from '../telemetry/health-registry.js';
import { NODE_LINK, type NodeLink } from './node-link.js';

/** Opens and closes the link to other nodes, if there is to be one, and enters its state in the registry. */
@Injectable()
export class LinkHealth implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(NODE_LINK) private readonly link: NodeLink | null,
    private readonly state: HealthRegistry,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Does not wait: a node serves without the others. */
  onApplicationBootstrap(): void {
    const { link, state } = this;
    if (this.config.worker) state.detail('worker', this.config.worker.number);
    if (!link) return;
    state.set(link.part, true);
    link.watch({
      onUp: () => state.set(link.part, false),
      onDown: () => state.set(link.part, true),
    });
    link.open();
  }

  onApplicationShutdown(): void {
    this.link?.close();
  }
}
