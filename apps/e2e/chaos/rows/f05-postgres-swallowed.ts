import { delaysOf, type FleetNode } from '@parley/testkit';
import { mustBeWhole } from '../database-sessions.js';
import type { Row } from '../row.contract.js';

const SECONDS = 30;
const MOST_READY_MS = 5_000;
const LOOK_MS = 50;
/** Of those that have nothing to do with it. */
const MOST_DELAY_MS = 1_000;
const CALM_SECONDS = 12;
const FAULT = 'the first node’s way to Postgres swallows everything';

/** F5: one of three nodes is cut off from Postgres, without a word to either. */
export const postgresSwallowed: Row = {
  id: 'F5',
  title: `the way of one node of three to Postgres swallowed for ${SECONDS} s`,
  nodes: 3,
  check: { recovery: 10 },
  async run(stage) {
    const [first] = stage.fleet.nodes as [FleetNode];
    await stage.pass(3);
    await stage.fault(FAULT, {}, async () => {
      const began = performance.now();
      await first.postgres.mode('blackhole');
      const took = await untilReadiness(first, 503, began);
      stage.figure('not ready any more', `after ${(took / 1_000).toFixed(1)} s`);
      stage.must(took <= MOST_READY_MS, `It said so after ${took.toFixed(0)} ms, at most ${MOST_READY_MS}.`);
      await stage.pass(SECONDS - took / 1_000);
      await first.postgres.mode('pass');
    });
    const back = await untilReadiness(first, 200, performance.now());
    stage.figure('ready again', `after ${(back / 1_000).toFixed(1)} s`);
    await stage.pass(CALM_SECONDS);
    await mustBeWhole(stage, 'it healed');
  },
  judge(stage, report) {
    const [window] = stage.windows;
    if (!window) return;
    const others = report.probes.filter(({ from, to }) => from !== 'n1' && to !== 'n1');
    const { count, p99, most, unheard } = delaysOf(others, window);
    stage.figure('between the others', `${count} probes, p99 ${p99.toFixed(0)} ms, at most ${most.toFixed(0)} ms`);
    stage.must(count > 0 && unheard === 0, `Between the others ${unheard} of ${count} probes were never heard.`);
    stage.must(p99 <= MOST_DELAY_MS, `Between the others p99 was ${p99.toFixed(0)} ms, at most ${MOST_DELAY_MS}.`);
  },
};

/** Milliseconds from `began` until the node's readiness is this. */
async function untilReadiness(node: FleetNode, status: number, began: number): Promise<number> {
  for (;;) {
    const answer = await fetch(`${node.node.url}/health/ready`);
    await answer.arrayBuffer();
    const took = performance.now() - began;
    if (answer.status === status) return took;
    if (took > SECONDS * 1_000) throw new Error(`Readiness stayed at ${answer.status}.`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
