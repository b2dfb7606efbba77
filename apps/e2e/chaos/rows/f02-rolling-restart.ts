import { connect } from 'node:net';
import { ERRORS } from '@parley/protocol';
import { type Exit, type FleetNode, TcpProxy } from '@parley/testkit';
import { PlainCrowd } from '../plain-crowd.js';
import type { Row } from '../row.contract.js';
import type { Stage } from '../stage.js';

const PLAIN = 20;
const MOST_SECONDS = 10;
const CALM_SECONDS = 8;
const MOST_UNKNOWN = 0.01;
const DRAINED = `${ERRORS.draining.close} draining`;

/** F2: SIGTERM and a new process for one node after the other, as a deployment does it. */
export const rollingRestart: Row = {
  id: 'F2',
  title: 'SIGTERM of each node in turn under load, with half a request and a silent socket on each',
  nodes: 2,
  check: { recovery: 5 },
  async run(stage) {
    const { balancer, urls } = stage.fleet;
    const crowd = await PlainCrowd.gather({
      url: balancer.url,
      count: PLAIN,
      transports: stage.transports,
      // Long polling, with which a client begins by default, would need a balancer that is sticky.
      urlOf: (place) => (isSettled(place) ? (urls[place % urls.length] as string) : balancer.url),
      optionsOf: (place) => (isSettled(place) ? {} : { socketIo: { transports: ['websocket'] } }),
    });
    try {
      crowd.speak();
      await stage.pass(2);
      for (const node of stage.fleet.nodes) {
        await restart(stage, node);
        await stage.pass(CALM_SECONDS);
      }
      await crowd.silence();
      for (const fault of await crowd.faults(30)) stage.must(false, fault);
      const comings = crowd.clients.reduce((sum, { readies }) => sum + readies - 1, 0);
      stage.figure('plain clients that came back by themselves', `${comings} times, ${PLAIN} clients`);
      const codes = crowd.closings(['websocket', 'stomp']);
      stage.figure('why connections at /ws and /stomp ended', codes.join(', '));
      stage.must(
        codes.every((code) => code === DRAINED),
        `A node that stopped closed with ${codes.join(', ')}, not only ${DRAINED}.`,
      );
      stage.must(comings >= PLAIN, `Only ${comings} of ${PLAIN} plain clients were closed at all.`);
    } finally {
      crowd.close();
    }
  },
  judge(stage, report) {
    const { acked, unknown, retries } = report.counts;
    stage.figure('sends', `${acked} acknowledged, ${retries} of them tried again, ${unknown} without an answer`);
    // Who is removed between two attempts at a send is refused in the end, and the first attempt stays unknown.
    stage.must(unknown <= acked * MOST_UNKNOWN, `${unknown} sends were never answered.`);
  },
};

/** Half of them stay with one node, with all of their library's defaults; the others go wherever the balancer sends them. */
const isSettled = (place: number): boolean => place < PLAIN / 2;

async function restart(stage: Stage, node: FleetNode): Promise<void> {
  const hindrances = await hinder(stage, node);
  const pids = node.pid === null ? [] : [node.pid];
  await stage.fault('node restarted', { pids, argument: node.name }, async () => {
    const began = performance.now();
    const exit = await node.terminate(2 * MOST_SECONDS * 1_000);
    const seconds = (performance.now() - began) / 1_000;
    stage.figure(`${node.name} took leave`, `in ${seconds.toFixed(1)} s`);
    stage.must(isClean(exit), `${node.name} ended with ${exit.code ?? exit.signal}.`);
    stage.must(seconds <= MOST_SECONDS, `${node.name} took ${seconds.toFixed(1)} s, at most ${MOST_SECONDS}.`);
    await node.start();
  });
  for (const close of hindrances) await close();
}

const isClean = ({ code, signal }: Exit): boolean => code === 0 && signal === null;

/** Half a request, and a socket of each transport whose peer has gone silent. */
async function hinder(stage: Stage, node: FleetNode): Promise<(() => unknown)[]> {
  const { hostname: host, port } = new URL(node.node.url);
  const half = connect(Number(port), host);
  half.on('error', () => undefined);
  half.write('POST /api/sync HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
  const proxy = await TcpProxy.start({ host, port: Number(port) });
  const silent = await PlainCrowd.gather({
    url: node.url,
    count: stage.transports.length,
    transports: stage.transports,
    urlOf: () => `http://${proxy.host}:${proxy.port}`,
    optionsOf: () => ({ reconnection: false }),
  });
  await proxy.mode('freeze');
  return [() => half.destroy(), () => silent.close(), () => proxy.close()];
}
