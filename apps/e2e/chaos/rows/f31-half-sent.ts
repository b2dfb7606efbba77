import { type FleetNode, hostToken, residentBytes } from '@parley/testkit';
import { io, type Socket } from 'socket.io-client';
import type { Random } from '../../fuzz/random.js';
import type { Row } from '../row.contract.js';
import type { Stage } from '../stage.js';

const SOCKETS = 200;
const USERS = 8;
const LARGEST = 262_000;
const MEBIBYTE = 2 ** 20;
const MOST_GROWTH = 150 * MEBIBYTE;

/** F31: packets of which only a part ever comes. What a node holds for them must not grow with what was sent. */
export const halfSent: Row = {
  id: 'F31',
  title: `${SOCKETS} sockets that begin binary packets and other things, and never end them`,
  nodes: 1,
  check: { recovery: 10 },
  async run(stage) {
    const [node] = stage.fleet.nodes as [FleetNode];
    await stage.pass(3);
    const pid = node.pid ?? 0;
    const before = residentBytes(pid);
    const sockets: Socket[] = [];
    await stage.fault('packets half sent', { argument: node.name }, async () => {
      for (let place = 0; place < SOCKETS; place += 1) sockets.push(await sendHalf(stage, { url: node.url, place }));
    });
    // Only memory that stays counts, not what is on its way.
    await stage.pass(3);
    const growth = residentBytes(pid) - before;
    stage.figure('memory meanwhile', `${mebibytes(before)} before, ${mebibytes(growth)} more`);
    stage.must(growth <= MOST_GROWTH, `The node grew by ${mebibytes(growth)}, at most ${mebibytes(MOST_GROWTH)}.`);
    for (const socket of sockets) socket.disconnect();
  },
};

/** A new socket, whose last words are half a packet. */
async function sendHalf(stage: Stage, { url, place }: { url: string; place: number }): Promise<Socket> {
  const token = await hostToken({ externalId: `half-${place % USERS}`, name: 'Half' });
  const socket = io(url, { auth: { token }, forceNew: true, transports: ['websocket'] });
  await new Promise((resolve) => socket.once('ready', resolve));
  for (const part of half(stage.random)) socket.io.engine.send(part);
  return socket;
}

/** A packet without its end. Most hold memory where a node waits for the rest. */
function half(random: Random): (string | Buffer)[] {
  const count = 7 + random.below(4);
  const kind = KINDS[random.below(KINDS.length)];
  const frames = Array.from({ length: count - 1 }, () => Buffer.alloc(random.between(LARGEST / 2, LARGEST)));
  if (kind === 'event') return [`5${count}-["x",{"_placeholder":true,"num":0}]`, ...frames];
  if (kind === 'ack') return [`6${count}-1[{"_placeholder":true,"num":0}]`, ...frames];
  if (kind === 'unannounced') return frames;
  return [kind === 'namespace' ? '0/other,' : '0{"token":"x"}'];
}

/** Most are of the kind that Socket.IO itself keeps for ever. */
const KINDS = ['event', 'event', 'event', 'event', 'event', 'ack', 'unannounced', 'namespace', 'connect'] as const;

const mebibytes = (bytes: number): string => `${(bytes / MEBIBYTE).toFixed(0)} MiB`;
