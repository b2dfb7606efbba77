import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { readEnvironment } from '../../config/environment.js';
import { newId } from '../../kernel/ids.js';
import { RateLimits } from '../../platform/limits/rate-limits.js';
import type { LinkWatcher } from '../../platform/nodes/node-link.js';
import { MemoryNodeBus } from '../bus/memory-node-bus.js';
import { BudgetExchange } from './budget-exchange.js';

const ENV = {
  REDIS_URL: 'redis://x',
  FILES_SHARED: 'yes',
  DATABASE_URL: 'postgres://x/y',
  JWT_SECRET: 'x'.repeat(16),
  MESSAGES_PER_SECOND: '10',
  MESSAGES_PER_MINUTE: '120',
};
const NODES = 3;
/** Of a stretch of time, in seconds: a tenth of a minute's messages, and the pace. */
const budgetOf = (seconds: number) => 12 + 2 * seconds;

describe('the budgets of several nodes', () => {
  const user = newId();
  let limits: RateLimits[];
  let exchanges: BudgetExchange[];
  let links: LinkWatcher[];
  let buses: Set<MemoryNodeBus>;
  let reached: MemoryNodeBus[];

  beforeEach(async () => {
    jest.useFakeTimers();
    buses = new Set();
    links = [];
    const reporter = { busMessageUnreadable: () => undefined };
    reached = Array.from({ length: NODES }, () => new MemoryNodeBus(reporter, buses));
    limits = reached.map(() => new RateLimits(readEnvironment(ENV), { budgetSpent: () => undefined }));
    exchanges = reached.map((bus, i) => {
      const link = { watch: (watcher: LinkWatcher) => void links.push(watcher) };
      return new BudgetExchange(limits[i] as RateLimits, bus, link);
    });
    for (const exchange of exchanges) exchange.setNodes(NODES);
    for (const link of links) link.onUp();
    await jest.advanceTimersByTimeAsync(2_000);
  });

  afterEach(() => {
    for (const exchange of exchanges) exchange.onApplicationShutdown();
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  /** Has these nodes asked for a send of the user all the time, for so long; how many were taken. */
  async function flood(seconds: number, nodes = limits): Promise<number> {
    let taken = 0;
    for (let ms = 0; ms < seconds * 1_000; ms += 20) {
      for (const node of nodes) {
        const charge = node.chargeAll([
          { name: 'sends', key: user },
          { name: 'bursts', key: user },
        ]);
        if (charge?.refusal === null) taken += 1;
      }
      await jest.advanceTimersByTimeAsync(20);
    }
    return taken;
  }

  /** No message of this node reaches the others, and none of theirs reaches it. */
  const cut = (node: number) => {
    const bus = reached[node] as MemoryNodeBus;
    buses.delete(bus);
    jest.spyOn(bus, 'publish').mockReturnValue(undefined);
    links[node]?.onDown();
  };

  it('attack 58: are one: a user who floods all nodes for a minute gets no more than 120 % of what one node would give', async () => {
    const taken = await flood(60);
    expect(taken).toBeLessThanOrEqual(1.2 * 120);
    expect(taken).toBeGreaterThanOrEqual(0.9 * budgetOf(60));
    // After a burst at the same moment everywhere, and no less in the long run.
    const later = await flood(60);
    expect(later).toBeLessThanOrEqual(1.1 * 120);
    expect(later).toBeGreaterThanOrEqual(0.9 * 120);
  });

  it('attack 59: are divided by the nodes while Redis is away, and one again when it is back', async () => {
    await flood(5);
    for (let node = 0; node < NODES; node += 1) cut(node);
    await flood(5);
    const away = await flood(60);
    expect(away).toBeLessThanOrEqual(1.2 * 120);
    expect(away).toBeGreaterThanOrEqual(0.9 * 120);
    jest.restoreAllMocks();
    for (const bus of reached) buses.add(bus);
    for (const link of links) link.onUp();
    await jest.advanceTimersByTimeAsync(2_000);
    expect(await flood(60)).toBeLessThanOrEqual(1.2 * 120);
    // A user of one node has all of it.
    await jest.advanceTimersByTimeAsync(120_000);
    expect(await flood(30, limits.slice(0, 1))).toBeGreaterThanOrEqual(0.95 * budgetOf(30));
  });

  it('attack 59: are divided too where one node alone has lost Redis', async () => {
    cut(0);
    await flood(5);
    const taken = await flood(60);
    expect(taken).toBeLessThanOrEqual(1.2 * 120);
    expect(taken).toBeGreaterThanOrEqual(0.9 * 120);
  });

  it('are the whole of it for the one node that there is', async () => {
    for (let node = 0; node < NODES; node += 1) cut(node);
    exchanges[0]?.setNodes(1);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(await flood(30, limits.slice(0, 1))).toBeGreaterThanOrEqual(0.95 * budgetOf(30));
  });
});
