import { delaysOf, type Report } from '@parley/testkit';
import type { Row } from '../row.contract.js';
import type { Stage } from '../stage.js';

/** Until a message that was sent on one node is there on another while Redis is gone, at most. */
const MOST_DELAY_MS = 1_500;
const CALM_SECONDS = 8;

interface Trouble {
  how: 'killed' | 'stopped' | 'unreachable';
  seconds: number;
}

/** F8: Redis dies, sleeps or is swallowed by the network while 50 messages a second are sent. */
export function redisGone(troubles: readonly Trouble[]): Row {
  return {
    id: 'F8',
    title: `Redis ${troubles.map(named).join(', ')}, under 50 messages/s`,
    nodes: 2,
    check: { recovery: 5 },
    async run(stage) {
      await stage.pass(3);
      for (const trouble of troubles) {
        await stage.fault(`Redis ${named(trouble)}`, {}, () => HOW[trouble.how](stage, trouble.seconds));
        await stage.pass(CALM_SECONDS);
      }
    },
    judge,
  };
}

const HOW: Record<Trouble['how'], (stage: Stage, seconds: number) => Promise<void>> = {
  async killed({ fleet, pass }, seconds) {
    await fleet.redis.kill();
    await pass(seconds);
    await fleet.redis.start();
  },
  async stopped({ fleet, pass }, seconds) {
    fleet.redis.pause();
    await pass(seconds);
    fleet.redis.resume();
  },
  async unreachable({ fleet, pass }, seconds) {
    await Promise.all(fleet.nodes.map(({ redis }) => redis.mode('blackhole')));
    await pass(seconds);
    await Promise.all(fleet.nodes.map(({ redis }) => redis.mode('pass')));
  },
};

function judge(stage: Stage, report: Report): void {
  for (const { fault, from, to } of stage.windows) {
    const { count, p50, p99, most, unheard } = delaysOf(report.probes, { from, to });
    stage.figure(
      `${fault}: from node to node`,
      `${count} probes, p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, at most ${most.toFixed(0)} ms`,
    );
    stage.must(count > 0, `${fault}: nothing was measured.`);
    stage.must(unheard === 0, `${fault}: ${unheard} of ${count} probes were never heard.`);
    stage.must(most <= MOST_DELAY_MS, `${fault}: ${most.toFixed(0)} ms from node to node, at most ${MOST_DELAY_MS}.`);
  }
}

function named({ how, seconds }: Trouble): string {
  return `${how} for ${seconds} s`;
}
