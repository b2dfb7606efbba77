import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { RateLimits, type Taken } from '../../platform/limits/rate-limits.js';
import { NODE_LINK, type NodeLink } from '../../platform/nodes/node-link.js';
import { MessageNumbers } from '../bus/message-numbers.js';
import { NodeBus } from '../bus/node-bus.js';
import type { Topic } from '../bus/topic.js';

/** What is taken within this time travels together. */
const GATHER_MS = 200;
/** A node that took nothing publishes an empty message as often, as its heartbeat. */
const HEARTBEAT_MS = 1_000;
/** A node of which nothing arrived for so long may be cut off, and then spends its part of the budgets by itself. */
const TIMEOUT_MS = 3_000;
const MOST_IN_A_MESSAGE = 2_000;
/** No command costs more; whoever may publish in Redis must not be able to keep a user from everything. */
const MOST_TAKEN = 10_000;
const MOST_CHARACTERS = 64;

interface BudgetUse {
  number: number;
  taken: Taken[];
}

const BUDGETS_TAKEN: Topic<BudgetUse> = {
  name: 'budgets-taken',
  format: 1,
  channel: 'nodes',
  decode(value): BudgetUse | null {
    const { number, taken } = (value ?? {}) as Partial<BudgetUse>;
    if (!Number.isSafeInteger(number) || !Array.isArray(taken) || !taken.every(isTaken)) return null;
    return { number: number as number, taken };
  },
};

/**
 * One budget for all nodes, without asking anybody before a command is answered: each node publishes what was taken of it
 * a few times a second, and takes what the others published of its own copy, below nothing too. Nodes that do not reach each
 * other divide it: whoever is without Redis has one of as many parts as there are nodes, the others have what is left.
 */
@Injectable()
export class BudgetExchange implements OnApplicationShutdown {
  private readonly numbers = new MessageNumbers();
  /** When the last message of each other node arrived. */
  private readonly seenAt = new Map<string, number>();
  private readonly timer: NodeJS.Timeout | null;
  private nodes = 1;
  private isUp = false;
  private publishedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly limits: RateLimits,
    private readonly bus: NodeBus,
    @Inject(NODE_LINK) link: Pick<NodeLink, 'watch'> | null,
  ) {
    bus.on(BUDGETS_TAKEN, ({ number, taken }, { nodeId }) => {
      if (!this.numbers.isNext(nodeId, number)) return;
      this.seenAt.set(nodeId, performance.now());
      limits.takenElsewhere(taken);
    });
    link?.watch({
      onUp: () => {
        this.isUp = true;
      },
      onDown: () => {
        this.isUp = false;
        this.divide();
      },
    });
    this.timer = link && setInterval(() => this.exchange(), GATHER_MS).unref();
  }

  onApplicationShutdown(): void {
    if (this.timer) clearInterval(this.timer);
  }

  /** So many nodes there are, this one included, as the database knows. */
  setNodes(nodes: number): void {
    this.nodes = nodes;
  }

  private exchange(): void {
    this.publish();
    this.divide();
  }

  private publish(): void {
    const taken = this.limits.taken();
    const now = performance.now();
    if (taken.length === 0 && now - this.publishedAt < HEARTBEAT_MS) return;
    this.publishedAt = now;
    for (let at = 0; at === 0 || at < taken.length; at += MOST_IN_A_MESSAGE) {
      this.bus.publish(BUDGETS_TAKEN, { number: this.numbers.next(), taken: taken.slice(at, at + MOST_IN_A_MESSAGE) });
    }
  }

  private divide(): void {
    const now = performance.now();
    for (const [nodeId, at] of this.seenAt) if (now - at > TIMEOUT_MS) this.seenAt.delete(nodeId);
    const together = this.isUp ? Math.min(this.nodes, this.seenAt.size + 1) : 1;
    this.limits.divide(this.nodes / together);
  }
}

function isTaken(value: unknown): value is Taken {
  const [budget, key, amount] = Array.isArray(value) ? (value as unknown[]) : [];
  const areNames = [budget, key].every((name) => typeof name === 'string' && name.length <= MOST_CHARACTERS);
  return areNames && typeof amount === 'number' && Math.abs(amount) <= MOST_TAKEN;
}
