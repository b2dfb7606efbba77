import { join } from 'node:path';
import { type FleetNode, ROOT } from '@parley/testkit';
import { PlainCrowd } from '../plain-crowd.js';
import type { Row } from '../row.contract.js';

const STANDSTILL = join(ROOT, 'apps/e2e/dist/chaos/preload/standstill.js');
const PLAIN = 50;
const TIMES = 3;

/** F20: a node computes for three seconds and does nothing else. */
export const standstill: Row = {
  id: 'F20',
  title: `the event loop of a node stands still for 3 s, ${TIMES} times`,
  nodes: 2,
  fleet: { each: () => ({ nodeArguments: ['--import', STANDSTILL] }) },
  check: { recovery: 5 },
  async run(stage) {
    const [node] = stage.fleet.nodes as [FleetNode];
    const crowd = await PlainCrowd.gather({
      url: stage.fleet.balancer.url,
      count: PLAIN,
      transports: stage.transports,
      urlOf: () => node.url,
    });
    try {
      crowd.speak();
      await stage.pass(2);
      for (let time = 0; time < TIMES; time += 1) {
        await stage.fault('event loop stands still', { argument: node.name }, async () => {
          process.kill(node.node.pid, 'SIGUSR2');
          await stage.pass(3);
        });
        await stage.pass(7);
      }
      await crowd.silence();
      for (const fault of await crowd.faults(10)) stage.must(false, fault);
      const lost = crowd.clients.filter(({ closings }) => closings.length > 0).length;
      stage.figure('plain clients that lost their connection', `${lost} of ${PLAIN}`);
      stage.must(lost === 0, `${lost} of ${PLAIN} plain clients lost their connection.`);
    } finally {
      crowd.close();
    }
  },
};
