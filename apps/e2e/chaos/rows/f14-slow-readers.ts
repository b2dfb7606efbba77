import { ERRORS } from '@parley/protocol';
import { delaysOf, type FleetNode, type LinkMode, residentBytes, TcpProxy } from '@parley/testkit';
import { PlainCrowd } from '../plain-crowd.js';
import type { Row } from '../row.contract.js';
import type { Stage } from '../stage.js';

const OF_EACH = 20;
const KIBIBYTE = 1024;
const MOST_GROWTH = 100 * KIBIBYTE * KIBIBYTE;
/** Until the kernel's buffers are full, then ten seconds. */
const MOST_SECONDS = 60;
/** Of one message: it is bytes that fill buffers, and not messages. */
const LARGE = 80 * KIBIBYTE;
const AT_ONCE = 10;

const SLOW = `${ERRORS.slow_consumer.close} slow_consumer`;
/** The close itself could not be sent any more. */
const UNTOLD = '1006';

const LINKS: LinkMode[] = ['freeze', { bytesPerSecond: KIBIBYTE }];

/** F14: clients that read nothing, and others that read 1 kB/s, in a conversation with many messages. */
export const slowReaders: Row = {
  id: 'F14',
  title: `${OF_EACH} clients that stop reading and ${OF_EACH} that read 1 kB/s`,
  nodes: 2,
  check: { recovery: 10 },
  async run(stage) {
    const [node] = stage.fleet.nodes as [FleetNode];
    const { hostname: host, port } = new URL(node.node.url);
    const links = await Promise.all(LINKS.map(() => TcpProxy.start({ host, port: Number(port) })));
    const crowd = await PlainCrowd.gather({
      url: stage.fleet.balancer.url,
      count: LINKS.length * OF_EACH,
      urlOf: (place) => {
        const link = links[Math.floor(place / OF_EACH)] as TcpProxy;
        return `http://${link.host}:${link.port}`;
      },
      transports: stage.transports,
      optionsOf: () => ({ socketIo: { transports: ['websocket'] } }),
    });
    try {
      await stage.pass(5);
      await stage.fault('slow readers', { argument: node.name }, () => slow(stage, { node, links, crowd }));
      for (const fault of await crowd.faults(60)) stage.must(false, fault);
      const codes = crowd.closings(['websocket', 'stomp']);
      stage.figure('why connections at /ws and /stomp ended', codes.join(', '));
      stage.must(
        codes.every((code) => code === SLOW || code === UNTOLD),
        `Slow readers were closed with ${codes.join(', ')}, not ${SLOW}.`,
      );
    } finally {
      crowd.close();
      for (const link of links) await link.close();
    }
  },
  judge(stage, report) {
    for (const { fault, from, to } of stage.windows) {
      const { count, p50, p99 } = delaysOf(report.probes, { from, to });
      stage.figure(`${fault}: the others`, `${count} probes, p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`);
    }
  },
};

interface Scene {
  node: FleetNode;
  links: readonly TcpProxy[];
  crowd: PlainCrowd;
}

async function slow(stage: Stage, { node, links, crowd }: Scene): Promise<void> {
  const pid = node.pid ?? 0;
  const before = residentBytes(pid);
  let most = before;
  const look = setInterval(() => {
    most = Math.max(most, residentBytes(pid));
  }, 50);
  await Promise.all(links.map((link, place) => link.mode(LINKS[place] as LinkMode)));
  const began = performance.now();
  let cut = 0;
  while (cut < crowd.clients.length && performance.now() - began < MOST_SECONDS * 1_000) {
    await crowd.say({ times: AT_ONCE, bytes: LARGE });
    cut = cutOf(node);
  }
  clearInterval(look);
  const seconds = ((performance.now() - began) / 1_000).toFixed(0);
  const growth = most - before;
  stage.figure('slow readers', `${cut} of ${crowd.clients.length} cut within ${seconds} s`);
  stage.figure('memory meanwhile', `${mebibytes(before)} before, at most ${mebibytes(growth)} more`);
  stage.must(cut >= crowd.clients.length, `${cut} of ${crowd.clients.length} slow readers were cut.`);
  stage.must(growth <= MOST_GROWTH, `The node grew by ${mebibytes(growth)}, at most ${mebibytes(MOST_GROWTH)}.`);
  await Promise.all(links.map((link) => link.mode('pass')));
}

/** How many sockets the node has given up, by its own account. */
const cutOf = (node: FleetNode): number => node.node.log().split('"code":"slow_consumer"').length - 1;

const mebibytes = (bytes: number): string => `${(bytes / KIBIBYTE / KIBIBYTE).toFixed(0)} MiB`;
