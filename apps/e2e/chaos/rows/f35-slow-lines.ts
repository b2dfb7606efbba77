import { TcpProxy } from '@parley/testkit';
import { PlainCrowd } from '../plain-crowd.js';
import type { Row } from '../row.contract.js';
import type { Stage } from '../stage.js';

const CLIENTS = 8;
const KIBIBYTE = 1024;
const SLOWEST = 12 * KIBIBYTE;
const FASTEST = 40 * KIBIBYTE;
/** While they were away. */
const MESSAGES = 400;
const AT_ONCE = 20;
const BYTES = 800;
/** Of what one line brings in a second, so much is said at most. */
const SPARE = 0.3;

/** F35: whoever reads 10 KB a second or more, and has less than a megabyte waiting, is not cut and catches up. */
export const slowLines: Row = {
  id: 'F35',
  title: `${CLIENTS} plain clients on lines of ${SLOWEST / KIBIBYTE} to ${FASTEST / KIBIBYTE} KB a second`,
  nodes: 1,
  check: { recovery: 10 },
  async run(stage) {
    const [node] = stage.fleet.nodes;
    const { hostname: host, port } = new URL(node?.node.url ?? '');
    const link = await TcpProxy.start({ host, port: Number(port) });
    const crowd = await PlainCrowd.gather({
      url: stage.fleet.balancer.url,
      count: CLIENTS,
      urlOf: () => `http://${link.host}:${link.port}`,
      optionsOf: (place) => ({ transports: place % 4 === 3 ? ['polling'] : ['websocket'] }),
    });
    try {
      const bytesPerSecond = stage.random.between(SLOWEST, FASTEST);
      await stage.fault('a slow line', { argument: `${bytesPerSecond} B/s` }, () =>
        away(stage, { link, crowd, bytesPerSecond }),
      );
      for (const fault of await crowd.faults(60)) stage.must(false, fault);
    } finally {
      crowd.close();
      await link.close();
    }
  },
};

interface Scene {
  link: TcpProxy;
  crowd: PlainCrowd;
  bytesPerSecond: number;
}

async function away(stage: Stage, { link, crowd, bytesPerSecond }: Scene): Promise<void> {
  await link.mode('refuse');
  for (let said = 0; said < MESSAGES; said += AT_ONCE) await crowd.say({ times: AT_ONCE, bytes: BYTES });
  await link.mode({ bytesPerSecond });
  const began = performance.now();
  const closings = crowd.clients.map((client) => client.closings.length);
  const seconds = (MESSAGES * (BYTES + 700)) / bytesPerSecond / SPARE;
  stage.must(await crowd.complete(seconds), `Not everybody had caught up after ${seconds.toFixed(0)} s.`);
  stage.figure('caught up', `${((performance.now() - began) / 1_000).toFixed(0)} s at ${bytesPerSecond} B/s`);
  const cut = crowd.clients.filter((client, place) => client.closings.length > (closings[place] ?? 0));
  stage.must(
    cut.length === 0,
    `${cut.length} of ${CLIENTS} were cut: ${cut.map(({ closings: all }) => all.at(-1)).join(', ')}.`,
  );
}
