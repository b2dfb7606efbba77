import { join } from 'node:path';
import { ROOT, SERVER_IN_FILES } from '@parley/testkit';
import type { Row } from '../row.contract.js';
import type { Stage } from '../stage.js';

const LATE_NOTIFICATION = join(ROOT, 'apps/e2e/dist/chaos/preload/late-notification.js');
/** After so many kills there is time to see how long coming back takes. */
const IN_A_ROW = 10;
const CALM_SECONDS = 13;

/** F1: the node with the most connections is killed in the middle of everything, `times` times. */
export function nodeKilled(times: number): Row {
  return {
    id: 'F1',
    title: `kill -9 of the node that holds most sockets, ${times} times, also between commit and notification`,
    nodes: 3,
    fleet: { each: () => ({ server: SERVER_IN_FILES, nodeArguments: ['--import', LATE_NOTIFICATION] }) },
    check: { recovery: 6 },
    async run(stage) {
      await stage.pass(2);
      for (let time = 1; time <= times; time += 1) {
        await kill(stage);
        await stage.pass(
          time % IN_A_ROW === 0 || time === times ? CALM_SECONDS : stage.random.between(500, 2_500) / 1_000,
        );
      }
    },
  };
}

async function kill(stage: Stage): Promise<void> {
  const node = stage.fleet.nodes.reduce((a, b) => (b.front.connections > a.front.connections ? b : a));
  const pids = node.pid === null ? [] : [node.pid];
  const held = node.front.connections;
  await stage.fault('node killed', { pids, argument: `${node.name}, ${held} connections` }, async () => {
    await node.kill();
    await stage.pass(stage.random.between(0, 500) / 1_000);
    await node.start();
  });
}
