import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import { IO, type ParleyServer } from '../src/realtime/socket.js';
import { startNode, type TestNode } from './node.js';
import { aPerson, type Person } from './people.js';
import { RawSocket } from './raw-socket.js';
import { StompSocket } from './stomp-socket.js';

let node: TestNode;
let io: ParleyServer;

beforeAll(async () => {
  node = await startNode();
  io = node.node.app.get<ParleyServer>(IO);
  // As the server pings by itself, only sooner.
  Object.assign((io.engine as unknown as { opts: object }).opts, { pingInterval: 500, pingTimeout: 1_500 });
});
afterAll(() => node.close());

/** As a peer whose line is dead: its WebSocket answers no ping. */
const SILENT = { autoPong: false };

const WAYS: [transport: string, open: (who: Person) => Promise<{ closed: number | null; close(): void }>][] = [
  [
    'websocket',
    async ({ token }) => {
      const socket = new RawSocket(node.url, { ...SILENT, headers: { authorization: `Bearer ${token}` } }, '/ws');
      await socket.frame(/"type":"ready"/);
      return socket;
    },
  ],
  [
    'stomp',
    async ({ token }) => {
      const socket = new StompSocket(node.url, SILENT);
      const headers = { Authorization: `Bearer ${token}`, 'heart-beat': '10000,10000' };
      expect((await socket.connected(headers)).command).toBe('CONNECTED');
      return socket;
    },
  ],
];

describe('a line that is dead on one side', () => {
  it.each(WAYS)('F13 G8: who answers no ping is given up, over %s', async (transport, open) => {
    const who = await aPerson(node);
    const socket = await open(who);
    const line = await eventually('its end is reported', () =>
      node.logs.find((each) => each.userId === who.id && each.reason === 'ping timeout'),
    );
    expect(line.transport).toBe(transport);
    await eventually('its socket is freed', () => io.engine.clientsCount === 0);
    await eventually('the line is closed', () => socket.closed);
    // Nobody reads the close, so it may not even leave.
    expect([1001, 1006]).toContain(socket.closed);
  });
});
