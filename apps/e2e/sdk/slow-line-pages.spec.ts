import { performance } from 'node:perf_hooks';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Ack, ClientToServerEvents, MessagePage, ServerToClientEvents } from '@parley/protocol';
import { ParleyNode, TcpProxy } from '@parley/testkit';
import { io, type Socket } from 'socket.io-client';
import { Person } from './person.js';
import { when } from './when.js';

/** Together more than one answer holds, and more than a client waits for at 20 KB a second. */
const COUNT = 60;
const TEXT = 'x'.repeat(9_900);

type PlainSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

let node: ParleyNode;
let ada: Person;
let id: string;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  node = await ParleyNode.start({ env: { RATE_LIMITS: 'off' } });
  ada = await Person.named('ada', node.url);
  id = (await ada.rest.createConversation({ type: 'group', name: 'Large', memberIds: [] })).id;
  for (let sent = 0; sent < COUNT; sent += 10) {
    await Promise.all(Array.from({ length: 10 }, () => ada.rest.send(id, { content: TEXT })));
  }
});

afterAll(async () => {
  await Promise.all(closing.map((close) => close()));
  await node.stop();
});

async function slowLine(bytesPerSecond: number): Promise<string> {
  const link = await TcpProxy.start({ host: '127.0.0.1', port: Number(new URL(node.url).port) });
  closing.push(() => link.close());
  await link.mode({ bytesPerSecond });
  return `http://127.0.0.1:${link.port}`;
}

/** A socket.io-client with its defaults, which writes down why connections end. */
async function plain(bytesPerSecond: number, transports: string[]): Promise<{ socket: PlainSocket; ends: string[] }> {
  const socket: PlainSocket = io(await slowLine(bytesPerSecond), {
    auth: { token: ada.token },
    forceNew: true,
    transports,
  });
  closing.push(() => socket.disconnect());
  const ends: string[] = [];
  socket.on('disconnect', (reason) => ends.push(reason));
  await new Promise<void>((resolve) => socket.once('ready', () => resolve()));
  return { socket, ends };
}

async function open(socket: PlainSocket, before?: string): Promise<MessagePage> {
  const command = { conversationId: id, limit: 100, ...(before === undefined ? {} : { before }) };
  const ack = (await socket.emitWithAck('conversation:open', command)) as Ack<MessagePage>;
  if (!ack.success) throw new Error(ack.error.code);
  return ack;
}

/** All pages one after the other: the `seq` of each message as it came, and how long the longest page took. */
async function history(socket: PlainSocket) {
  const seqs: number[] = [];
  let longest = 0;
  for (let before: string | undefined, hasMore = true; hasMore; ) {
    const askedAt = performance.now();
    const page = await open(socket, before);
    longest = Math.max(longest, performance.now() - askedAt);
    seqs.unshift(...page.items.map(({ seq }) => seq));
    before = page.nextCursor ?? undefined;
    hasMore = page.hasMore;
  }
  return { seqs, longest };
}

const LINES: [number, string[]][] = [
  [12_000, ['websocket']],
  [20_000, ['websocket']],
  [12_000, ['polling']],
];

// They wait for lines of their own, at the same time. Of a `describe` jest would not await what is to be done before them.
it.concurrent('G8: a page of large messages on a slow line cuts no plain client that reads 12 KB a second, and leads it through the whole history', async () => {
  const all = await Promise.all(
    LINES.map(async ([bytesPerSecond, transports]) => {
      const { socket, ends } = await plain(bytesPerSecond, transports);
      const read = await history(socket);
      return { ...read, ends };
    }),
  );
  for (const { seqs, longest, ends } of all) {
    expect(ends).toEqual([]);
    expect(seqs).toEqual(Array.from({ length: COUNT }, (_, i) => i + 1));
    expect(longest).toBeLessThan(10_000);
  }
});

it.concurrent('G8: a page of large messages on a slow line closes no plain client that requests several pages at once', async () => {
  const all = await Promise.all(
    LINES.map(async ([bytesPerSecond, transports]) => {
      const { socket, ends } = await plain(bytesPerSecond, transports);
      const pages = await Promise.all(Array.from({ length: 6 }, () => open(socket)));
      return { ends, newest: pages.map(({ items }) => items.at(-1)?.seq) };
    }),
  );
  for (const { ends, newest } of all) expect({ ends, newest }).toEqual({ ends: [], newest: Array(6).fill(COUNT) });
});

it.concurrent('G8: a page of large messages on a slow line reaches the SDK, which stays online', async () => {
  const { client } = ada.device({ url: await slowLine(20_000) });
  closing.push(() => client.stop());
  client.start();
  await when(client.connection, ({ state, isBehind }) => state === 'online' && !isBehind);
  const states: string[] = [];
  const stop = client.connection.subscribe(() => states.push(client.connection.getSnapshot().state));
  const list = client.messages(id);
  const stopLooking = list.subscribe(() => undefined);
  const shown = await when(list, ({ isLoaded, error }) => isLoaded || error !== null);
  stopLooking();
  stop();
  expect({ error: shown.error, isShown: shown.items.length > 0 }).toEqual({ error: null, isShown: true });
  expect(states.filter((state) => state !== 'online')).toEqual([]);
});
