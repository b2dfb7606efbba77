import { SMALL_WORKLOAD } from '@parley/testkit';
import type { Row } from '../row.contract.js';
import { rowsAtFault } from '../rows/f26-rows-at-fault.js';

/** Short troubles, each of which shows one kind of broken build; a sound one passes them, how long it takes apart. */
const check = { recovery: 60 };

export const crashes: Row = {
  id: 'crashes',
  title: 'Postgres crashes three times',
  nodes: 2,
  check,
  workload: { ...SMALL_WORKLOAD, rate: 50 },
  async run(stage) {
    for (let time = 0; time < 3; time += 1) {
      await stage.pass(2);
      await stage.fault('Postgres crashes', {}, () => stage.fleet.postgres.restart('immediate', 500));
    }
    await stage.pass(2);
  },
};

export const answersLost: Row = {
  id: 'answers-lost',
  title: 'what a node answers is swallowed for four seconds',
  nodes: 1,
  check,
  workload: SMALL_WORKLOAD,
  async run(stage) {
    const [node] = stage.fleet.nodes;
    await stage.pass(1);
    await stage.fault('answers are swallowed', {}, async () => {
      await node?.front.mode('blackhole-down');
      // A client repeats after two seconds.
      await stage.pass(4);
      await node?.front.mode('pass');
    });
    await stage.pass(1);
  },
};

export const redisAway: Row = {
  id: 'redis-away',
  title: 'Redis is killed for three seconds',
  nodes: 2,
  check,
  workload: SMALL_WORKLOAD,
  async run(stage) {
    await stage.pass(2);
    await stage.fault('Redis is killed', {}, async () => {
      await stage.fleet.redis.kill();
      await stage.pass(3);
      await stage.fleet.redis.start();
    });
    await stage.pass(4);
  },
};

export const together: Row = {
  id: 'together',
  title: 'many send at once in one conversation',
  nodes: 2,
  check,
  workload: { ...SMALL_WORKLOAD, users: 20, hotMembers: 20, hotShare: 1, rate: 150 },
  run: (stage) => stage.pass(6),
};

export const calm: Row = {
  id: 'calm',
  title: 'nothing happens, and members come and go',
  nodes: 2,
  check,
  workload: { ...SMALL_WORKLOAD, rate: 60 },
  run: (stage) => stage.pass(8),
};

export const spoilt: Row = { ...rowsAtFault, id: 'spoilt', check, workload: SMALL_WORKLOAD };
