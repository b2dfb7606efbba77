import { TcpProxy } from '@parley/testkit';
import { PlainCrowd } from '../plain-crowd.js';
import type { Row } from '../row.contract.js';
import type { Stage } from '../stage.js';

const CLIENTS = 8;
const KIBIBYTE = 1024;
const SLOWEST = 12 * KIBIBYTE;
const FASTEST = 40 * KIBIBYTE;
/** While they were away: many small ones, and some that together are more than one answer brings. */
const MESSAGES = 300;
const BYTES = 800;
const LARGE = 20;
const LARGE_BYTES = 20 * KIBIBYTE;
const AT_ONCE = 20;
/** What a message has beside its filling. */
const FRAME_BYTES = 700;
/** The part of a line's bytes a second that messages take at least. */
const SPARE = 0.3;

/**
 * F35: a client that reads 10 KB a second or more, and has less than a megabyte waiting, is not closed and catches up.
 */
export const slowLines: Row = {
  id: 'F35',
  title: `${CLIENTS} plain clients, each on a line of its own of ${SLOWEST / KIBIBYTE} to ${FASTEST / KIBIBYTE} KB a second`,
  nodes: 1,
  check: { recovery: 10 },
  async run(stage) {
    const [node] = stage.fleet.nodes;
    const { hostname: host, port } = new URL(node?.node.url ?? '');
    const lines = await Promise.all(
      Array.from({ length: CLIENTS }, async () => {
        const link = await TcpProxy.start({ host, port: Number(port) });
        return { link, bytesPerSecond: stage.random.between(SLOWEST, FASTEST) };
      }),
    );
    const crowd = await PlainCrowd.gather({
      url: stage.fleet.balancer.url,
      count: CLIENTS,
      transports: stage.transports,
      urlOf: (place) => `http://${lines[place]?.link.host}:${lines[place]?.link.port}`,
      optionsOf: (place) => ({ socketIo: { transports: [place % 4 === 3 ? 'polling' : 'websocket'] } }),
    });
    try {
      const rates = lines.map(({ bytesPerSecond }) => bytesPerSecond);
      await stage.fault('slow lines', { argument: `${rates.join(', ')} B/s` }, () => away(stage, { lines, crowd }));
      for (const fault of await crowd.faults(60)) stage.must(false, fault);
    } finally {
      crowd.close();
      for (const { link } of lines) await link.close();
    }
  },
};

interface Scene {
  lines: readonly { link: TcpProxy; bytesPerSecond: number }[];
  crowd: PlainCrowd;
}

async function away(stage: Stage, { lines, crowd }: Scene): Promise<void> {
  await Promise.all(lines.map(({ link }) => link.mode('refuse')));
  for (let said = 0; said < MESSAGES; said += AT_ONCE) await crowd.say({ times: AT_ONCE, bytes: BYTES });
  await crowd.say({ times: LARGE, bytes: LARGE_BYTES });
  await Promise.all(lines.map(({ link, bytesPerSecond }) => link.mode({ bytesPerSecond })));
  const began = performance.now();
  const passed = () => `${((performance.now() - began) / 1_000).toFixed(0)} s`;
  const closings = crowd.clients.map((client) => client.closings.length);
  const bytes = MESSAGES * (BYTES + FRAME_BYTES) + LARGE * (LARGE_BYTES + FRAME_BYTES);
  const slowest = Math.min(...lines.map(({ bytesPerSecond }) => bytesPerSecond));
  const seconds = bytes / slowest / SPARE;
  stage.must(await crowd.complete(seconds), `Not everybody had caught up after ${seconds.toFixed(0)} s.`);
  stage.figure('caught up', `${passed()}, the slowest at ${slowest} B/s`);
  const read = await Promise.all(crowd.clients.map((client) => client.readBack(seconds)));
  stage.figure('read the history', passed());
  for (const [place, { seen }] of crowd.clients.entries()) {
    stage.must(read[place] === seen.size, `Client ${place} read ${read[place]} of ${seen.size} messages in pages.`);
  }
  const cut = crowd.clients.filter((client, place) => client.closings.length > (closings[place] ?? 0));
  stage.must(
    cut.length === 0,
    `${cut.length} of ${CLIENTS} were cut: ${cut.map(({ closings: all }) => all.at(-1)).join(', ')}.`,
  );
}
