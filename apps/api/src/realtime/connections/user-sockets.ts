import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { NodeBus } from '../bus/node-bus.js';
import type { Topic } from '../bus/topic.js';

/** What changes within this time travels together. */
const GATHER_MS = 200;
const REPUBLISH_MS = 3_000;
/** The counts of a node that published none for so long are dropped. */
const COUNT_TTL_MS = 10_000;
/** Users of whom it is known how many sockets they have elsewhere. */
const MOST_KNOWN = 50_000;
const MOST_IN_A_MESSAGE = 2_000;

type Counts = [userId: string, sockets: number][];

const USER_SOCKETS: Topic<Counts> = {
  name: 'user-sockets',
  format: 1,
  channel: 'nodes',
  decode: (value) => (Array.isArray(value) && value.every(isCount) ? value : null),
};

/** How many sockets a user has on another node, and until when that counts. */
interface Elsewhere {
  sockets: number;
  until: number;
}

/**
 * How many sockets each user has: on this node exactly, on the others as published. A node publishes users who have a
 * tenth of what one may have, or whom another node has published. So the sum is complete for users near the limit, on
 * up to ten nodes, and the many users with one or two sockets cost nothing. Without Redis a node counts its own.
 */
@Injectable()
export class UserSockets implements OnApplicationShutdown {
  private readonly here = new Map<string, number>();
  /** By user and node. */
  private readonly elsewhere = new Map<string, Map<string, Elsewhere>>();
  private readonly unpublished = new Set<string>();
  /** The sockets of a user from which on this node publishes them. */
  private readonly publishFrom: number;
  private readonly again: NodeJS.Timeout;
  private gathering: NodeJS.Timeout | undefined;
  private onFewer: (userId: string) => void = () => undefined;

  constructor(
    @Inject(CONFIG) { limits }: Pick<Config, 'limits'>,
    private readonly bus: NodeBus,
  ) {
    this.publishFrom = Math.ceil(limits.connectionsPerUser / 10);
    bus.on(USER_SOCKETS, (counts, { nodeId }) => this.receive(nodeId, counts));
    this.again = setInterval(() => this.republish(), REPUBLISH_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.again);
    clearTimeout(this.gathering);
  }

  /** Whom to call when a user may have fewer than before. */
  watch(onFewer: (userId: string) => void): void {
    this.onFewer = onFewer;
  }

  /** Counts one more or one less here; returns how many there are here now. */
  change(userId: string, by: 1 | -1): number {
    const before = this.here.get(userId) ?? 0;
    const now = before + by;
    if (now > 0) this.here.set(userId, now);
    else this.here.delete(userId);
    if (Math.max(before, now) >= this.publishFrom || this.elsewhere.has(userId)) this.schedule(userId);
    if (by < 0) this.onFewer(userId);
    return now;
  }

  /** On all nodes. */
  of(userId: string): number {
    let sum = this.here.get(userId) ?? 0;
    for (const { sockets } of this.elsewhere.get(userId)?.values() ?? []) sum += sockets;
    return sum;
  }

  private schedule(userId: string): void {
    this.unpublished.add(userId);
    this.gathering ??= setTimeout(() => this.publish(), GATHER_MS).unref();
  }

  private republish(): void {
    this.forgetOld();
    for (const [userId, sockets] of this.here) {
      if (sockets >= this.publishFrom || this.elsewhere.has(userId)) this.unpublished.add(userId);
    }
    this.publish();
  }

  private publish(): void {
    clearTimeout(this.gathering);
    this.gathering = undefined;
    const counts = [...this.unpublished].map((userId): Counts[number] => [userId, this.here.get(userId) ?? 0]);
    this.unpublished.clear();
    for (let at = 0; at < counts.length; at += MOST_IN_A_MESSAGE)
      this.bus.publish(USER_SOCKETS, counts.slice(at, at + MOST_IN_A_MESSAGE));
  }

  private receive(node: string, counts: Counts): void {
    const until = performance.now() + COUNT_TTL_MS;
    for (const [userId, sockets] of counts) {
      const known = this.elsewhere.get(userId);
      if (!known && (sockets === 0 || this.elsewhere.size >= MOST_KNOWN)) continue;
      const nodes = known ?? new Map<string, Elsewhere>();
      const isFewer = sockets < (nodes.get(node)?.sockets ?? 0);
      nodes.set(node, { sockets, until });
      this.elsewhere.set(userId, nodes);
      if (!known && this.here.has(userId)) this.schedule(userId);
      if (isFewer) this.onFewer(userId);
    }
  }

  private forgetOld(): void {
    const now = performance.now();
    for (const [userId, nodes] of this.elsewhere) {
      const before = nodes.size;
      for (const [node, { until }] of nodes) if (until < now) nodes.delete(node);
      if (nodes.size === 0) this.elsewhere.delete(userId);
      if (nodes.size < before) this.onFewer(userId);
    }
  }
}

function isCount(value: unknown): value is Counts[number] {
  const [userId, sockets] = Array.isArray(value) ? (value as unknown[]) : [];
  return typeof userId === 'string' && Number.isSafeInteger(sockets);
}
