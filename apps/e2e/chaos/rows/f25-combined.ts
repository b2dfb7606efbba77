import type { FleetNode } from '@parley/testkit';
import type { Row } from '../row.contract.js';
import type { Stage } from '../stage.js';

/** Between the end of one trouble and the beginning of the next: seconds. */
const PAUSE = { least: 5, most: 15 };
/** Longer ones now and then, or no time of recovery could be measured. */
const LONG_PAUSE = 17;
const LONG_EVERY = 6;
const MEBIBYTE = 2 ** 20;
/** The collector lets memory rise and fall by a hundred megabytes: only over so long a time is a slope one. */
const JUDGED_MINUTES = 20;
const MOST_SLOPE = 3 * MEBIBYTE;

/** Both ends of a connection that hangs find out by its heartbeat only: 15 s to the next beat, 8 s to miss it. */
const HEARTBEAT_SECONDS = 23;

interface Trouble {
  name: string;
  /** How long it lasts; by chance by default. */
  seconds?: number;
  /** Whether the node's process ends by it. */
  kills?: boolean;
  make(stage: Stage, node: FleetNode, seconds: number): Promise<void>;
}

/** F25: one trouble after the other, by chance, for so many minutes. */
export function combined(minutes: number): Row {
  return {
    id: 'F25',
    title: `one trouble after the other for ${minutes} minutes`,
    nodes: 3,
    check: { recovery: 10, resources: { warmUp: 60 } },
    async run(stage) {
      const until = performance.now() + minutes * 60_000;
      await stage.pass(3);
      for (let count = 1; performance.now() < until; count += 1) {
        await trouble(stage);
        await stage.pass(count % LONG_EVERY === 0 ? LONG_PAUSE : stage.random.between(PAUSE.least, PAUSE.most));
      }
      await stage.pass(LONG_PAUSE);
    },
    judge(stage, report) {
      const { pid } = oldest(stage);
      const figures = report.processes.find((each) => each.pid === pid);
      const slope = figures?.slope ?? 0;
      stage.figure('memory of the node that lived throughout', `${(slope / MEBIBYTE).toFixed(2)} MB a minute`);
      stage.must(figures !== undefined, 'The memory of the first node was not seen.');
      stage.must(minutes < JUDGED_MINUTES || slope <= MOST_SLOPE, `The first node grows by ${slope} bytes a minute.`);
    },
  };
}

/** One node is never ended: its memory is to be seen over the whole time. */
function oldest(stage: Stage): FleetNode {
  return stage.fleet.nodes[0] as FleetNode;
}

async function trouble(stage: Stage): Promise<void> {
  const { random, fleet } = stage;
  const chosen = TROUBLES[random.below(TROUBLES.length)] as Trouble;
  const candidates = fleet.nodes.filter((node) => !chosen.kills || node !== oldest(stage));
  const node = candidates[random.below(candidates.length)] as FleetNode;
  const seconds = chosen.seconds ?? random.between(1_000, 8_000) / 1_000;
  const pids = chosen.kills && node.pid !== null ? [node.pid] : [];
  const argument = `${node.name}, ${seconds.toFixed(1)} s`;
  await stage.fault(`${chosen.name} (${argument})`, { pids }, () => chosen.make(stage, node, seconds));
}

const TROUBLES: readonly Trouble[] = [
  {
    name: 'node killed',
    kills: true,
    async make({ pass }, node, seconds) {
      await node.kill();
      await pass(seconds / 4);
      await node.start();
    },
  },
  {
    name: 'node restarted',
    kills: true,
    async make(_stage, node) {
      await node.restart();
    },
  },
  {
    name: 'node paused',
    async make({ pass }, node, seconds) {
      node.pause();
      await pass(seconds / 2);
      node.resume();
    },
  },
  {
    name: 'Redis killed',
    async make({ fleet, pass }, _node, seconds) {
      await fleet.redis.kill();
      await pass(seconds);
      await fleet.redis.start();
    },
  },
  {
    name: 'Redis stopped',
    async make({ fleet, pass }, _node, seconds) {
      fleet.redis.pause();
      await pass(seconds);
      fleet.redis.resume();
    },
  },
  {
    name: 'subscribers cut off',
    async make({ fleet }) {
      await fleet.redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await fleet.redis.command('FLUSHALL');
    },
  },
  {
    name: 'Postgres restarted in order',
    make: ({ fleet }, _node, seconds) => fleet.postgres.restart('fast', seconds * 100),
  },
  {
    name: 'Postgres crashed',
    make: ({ fleet }, _node, seconds) => fleet.postgres.restart('immediate', seconds * 100),
  },
  {
    name: 'Postgres stopped',
    async make({ fleet, pass }, _node, seconds) {
      fleet.postgres.pause();
      await pass(seconds / 2);
      fleet.postgres.resume();
    },
  },
  link('Redis out of reach', (node) => node.redis, 'blackhole'),
  link('Redis hears nothing', (node) => node.redis, 'blackhole-up'),
  link('Redis slow', (node) => node.redis, { delayMs: 300 }),
  link('Postgres out of reach', (node) => node.postgres, 'blackhole'),
  link('Postgres slow', (node) => node.postgres, { delayMs: 50 }),
  link('clients frozen', (node) => node.front, 'freeze'),
  link('clients out of reach', (node) => node.front, 'blackhole'),
  link('clients refused', (node) => node.front, 'refuse'),
  link('clients slow', (node) => node.front, { delayMs: 400 }),
  {
    name: 'clients reset',
    async make(_stage, node) {
      node.front.reset();
    },
  },
  {
    name: 'clients forgotten',
    seconds: HEARTBEAT_SECONDS,
    async make({ pass }, node, seconds) {
      node.front.forget(Math.ceil(node.front.connections / 4));
      await pass(seconds);
    },
  },
];

type Link = FleetNode['front'];

/** A link of one node that is spoilt for a while. */
function link(name: string, of: (node: FleetNode) => Link, mode: Parameters<Link['mode']>[0]): Trouble {
  return {
    name,
    async make({ pass }, node, seconds) {
      await of(node).mode(mode);
      await pass(seconds);
      await of(node).mode('pass');
    },
  };
}
