import { PlainCrowd } from '../plain-crowd.js';
import type { Row } from '../row.contract.js';
import type { Stage } from '../stage.js';

const CALM_SECONDS = 8;
/** So many times as long as it may take, to see how long it did. */
const GRACE_FACTOR = 4;

/** F17: everybody is cut off and comes back at the same moment; the second time the database has just been restarted. */
export function everybodyReturns(clients: number, mostSeconds: number): Row {
  return {
    id: 'F17',
    title: `${clients} plain clients come back at once, also to a cold database`,
    nodes: 2,
    check: { recovery: mostSeconds },
    async run(stage) {
      const { balancer, urls } = stage.fleet;
      const crowd = await PlainCrowd.gather({
        url: balancer.url,
        count: clients,
        transports: stage.transports,
        urlOf: (place) => urls[place % urls.length] as string,
        everyMs: 1_000,
      });
      try {
        crowd.speak();
        await stage.pass(3);
        await cutOff(stage, crowd, { what: 'all connections reset', mostSeconds });
        await stage.pass(CALM_SECONDS);
        const cold = { what: 'all connections reset, Postgres restarted', mostSeconds };
        await cutOff(stage, crowd, cold, () => stage.fleet.postgres.restart('fast'));
        await stage.pass(CALM_SECONDS);
        await crowd.silence();
        for (const fault of await crowd.faults(10)) stage.must(false, fault);
      } finally {
        crowd.close();
      }
    },
  };
}

interface Cut {
  what: string;
  mostSeconds: number;
}

async function cutOff(
  stage: Stage,
  crowd: PlainCrowd,
  { what, mostSeconds }: Cut,
  before: () => Promise<unknown> = async () => undefined,
): Promise<void> {
  const { clients } = crowd;
  await stage.fault(what, { argument: `${clients.length} plain clients` }, async () => {
    await before();
    const lives = clients.map(({ readies }) => readies);
    const began = performance.now();
    for (const { front } of stage.fleet.nodes) front.reset();
    const isBack = () => clients.every(({ isCaughtUp, readies }, i) => isCaughtUp && readies > (lives[i] ?? 0));
    while (!isBack() && performance.now() - began < GRACE_FACTOR * mostSeconds * 1_000) await stage.pass(0.1);
    const seconds = crowd.backWithin(began);
    const late = clients.filter(({ caughtUpAt }) => caughtUpAt - began > mostSeconds * 1_000).length;
    stage.figure(what, `the last one back and complete after ${seconds.toFixed(1)} s`);
    stage.must(isBack(), `${what}: not all were back after ${GRACE_FACTOR * mostSeconds} s.`);
    stage.must(
      late === 0,
      `${what}: ${late} came only after ${mostSeconds} s, the last after ${seconds.toFixed(1)} s.`,
    );
  });
}
