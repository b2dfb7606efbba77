import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { newId } from '../../kernel/ids.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { BudgetExchange } from '../../realtime/commands/budget-exchange.js';
import { FailureDetector } from './failure-detector.js';
import { PeoplePublisher } from './people-publisher.js';
import { PresenceRepository } from './presence.repository.js';

const BEAT_MS = 2_500;

/** This node among the others: it shows that it lives, and takes away what dead ones left behind. */
@Injectable()
export class NodeRegister implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly nodeId = newId();
  private readonly living = new FailureDetector();
  private timer: NodeJS.Timeout | null = null;
  private beating = false;
  private isRegistered = false;
  /** Nobody can reach an embedded database but those before us, who died: once they are removed there is nothing to see. */
  private readonly isUnseen: boolean;
  /** Where this is the only node, another one is what this one was before it was started again. */
  private readonly hasOthers: boolean;
  private isAlone = false;
  private onRegistered: () => void = () => undefined;

  constructor(
    private readonly repository: PresenceRepository,
    private readonly publisher: PeoplePublisher,
    private readonly budgets: BudgetExchange,
    @Inject(CONFIG) config: Config,
    private readonly reporter: EventReporter,
  ) {
    this.isUnseen = config.databaseUrl === null;
    this.hasOthers = config.hasOthers;
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

  /** The other nodes that the database knows, each with its last sign of life. */
  others(): Promise<Map<string, Date>> {
    return this.repository.others(this.nodeId);
  }

  /** One at a time; a node that is alive but cannot reach the database has nothing to say. */
  private async beat(): Promise<void> {
    if (this.beating || !this.repository.availability.isUp) return;
    if (this.isAlone && this.isUnseen) return;
    this.beating = true;
    try {
      if (!this.isRegistered) await this.register();
      const { isRegistered, others } = await this.repository.beat(this.nodeId);
      this.isRegistered = isRegistered;
      this.isAlone = others.size === 0;
      this.budgets.setNodes(others.size + 1);
      if (!isRegistered) await this.register();
      for (const [nodeId, value] of this.living.look(others, performance.now())) await this.remove(nodeId, value);
    } catch (fault) {
      this.reporter.heartbeatFailed(fault);
    } finally {
      this.beating = false;
    }
  }

  private async register(): Promise<void> {
    await this.repository.register(this.nodeId);
    this.isRegistered = true;
    this.onRegistered();
  }

  private async remove(nodeId: string, value: string): Promise<void> {
    if (this.hasOthers) this.reporter.nodeFoundDead(nodeId);
    while (await this.repository.removeFrom(nodeId, value)) this.publisher.announce();
  }
}
