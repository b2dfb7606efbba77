import type { Row } from '../row.contract.js';
import type { Stage } from '../stage.js';

const CALM_SECONDS = 7;

/** F10: Redis is there and treats the nodes badly: nothing that lasts may depend on it. */
export const redisHostile: Row = {
  id: 'F10',
  title: 'Redis cuts subscribers off, bounds their buffers, is emptied, and is out of memory',
  nodes: 2,
  check: { recovery: 5 },
  async run(stage) {
    await stage.pass(2);
    for (const [fault, make] of Object.entries(TROUBLES)) {
      await stage.fault(fault, {}, () => make(stage));
      await stage.pass(CALM_SECONDS);
    }
  },
};

const TROUBLES: Record<string, (stage: Stage) => Promise<void>> = {
  async 'CLIENT KILL TYPE pubsub'({ fleet, pass }) {
    for (let time = 0; time < 8; time += 1) {
      await fleet.redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await pass(0.5);
    }
  },
  async 'client-output-buffer-limit pubsub 16kb'({ fleet, pass }) {
    await fleet.redis.command('CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 16kb 16kb 1');
    await pass(6);
    await fleet.redis.command('CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 32mb 8mb 60');
  },
  async FLUSHALL({ fleet, pass }) {
    for (let time = 0; time < 4; time += 1) {
      await fleet.redis.command('FLUSHALL');
      await pass(0.5);
    }
  },
  async 'maxmemory 1mb noeviction'({ fleet, pass }) {
    await fleet.redis.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    await fleet.redis.command('CONFIG', 'SET', 'maxmemory', '1mb');
    await pass(6);
    await fleet.redis.command('CONFIG', 'SET', 'maxmemory', '0');
  },
};
