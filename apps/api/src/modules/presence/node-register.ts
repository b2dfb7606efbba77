import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { newId } from '../../kernel/ids.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { FailureDetector } from './failure-detector.js';
import { PresenceRepository } from './presence.repository.js';
import { PresencePublisher } from './presence-publisher.js';

const BEAT_MS = 2_500;

/** This node among the others: it shows that it lives, and takes away what dead ones left behind. */
@Injectable()
export class NodeRegister implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly nodeId = newId();
  private readonly living = new FailureDetector();
  private timer: NodeJS.Timeout | null = null;
  private beating = false;
  /** A node that is alone clears once, as soon as the database lets it. */
  private mustClear: boolean;
  private isRegistered = false;
  /** Nobody else can reach an embedded database. */
  private readonly isUnseen: boolean;
  private onRegistered: () => void = () => undefined;

  constructor(
    private readonly repository: PresenceRepository,
    private readonly news: PresencePublisher,
    @Inject(CONFIG) config: Config,
    private readonly reporter: EventReporter,
  ) {
    this.mustClear = config.redisUrl === null;
    this.isUnseen = config.databaseUrl === null;
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.beat();
    this.timer = setInterval(() => void this.beat(), BEAT_MS).unref();
  }

  onApplicationShutdown(): void {
    if (this.timer) clearInterval(this.timer);
  }

  /** Calls the listener whenever this node is registered anew and the database knows of none of its users. */
  whenRegistered(listener: () => void): void {
    this.onRegistered = listener;
  }

  /** One at a time; a node that is alive but cannot reach the database has nothing to say. */
  private async beat(): Promise<void> {
    if (this.beating || !this.repository.availability.isUp) return;
    if (this.isRegistered && this.isUnseen) return;
    this.beating = true;
    try {
      if (!this.isRegistered) await this.register();
      const { isRegistered, others } = await this.repository.beat(this.nodeId);
      this.isRegistered = isRegistered;
      if (!isRegistered) await this.register();
      for (const [nodeId, value] of this.living.look(others, performance.now())) await this.remove(nodeId, value);
    } catch (fault) {
      this.reporter.heartbeatFailed(fault);
    } finally {
      this.beating = false;
    }
  }

  private async register(): Promise<void> {
    if (this.mustClear) await this.repository.clear();
    this.mustClear = false;
    await this.repository.register(this.nodeId);
    this.isRegistered = true;
    this.onRegistered();
  }

  private async remove(nodeId: string, value: string): Promise<void> {
    this.reporter.nodeFoundDead(nodeId);
    for (;;) {
      const changes = await this.repository.removeFrom(nodeId, value);
      if (!changes) return;
      await this.news.tell(changes);
    }
  }
}
