import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../clients/eventually.js';
import type { LinkMode } from './link-mode.js';
import { TcpProxy } from './tcp-proxy.js';

const MEBIBYTE = 1024 * 1024;

/** One end of a connection: what it has read, and how it ended. */
class End {
  text = '';
  bytes = 0;
  ended: 'open' | 'end' | 'reset' = 'open';

  constructor(readonly socket: Socket) {
    socket.on('data', (bytes: Buffer) => {
      this.bytes += bytes.length;
      if (this.bytes < 1000) this.text += bytes.toString();
    });
    socket.on('end', () => {
      this.ended = 'end';
    });
    socket.on('error', () => {
      this.ended = 'reset';
    });
  }

  write(text: string): void {
    this.socket.write(text);
  }
}

describe('TcpProxy', () => {
  let server: Server;
  let proxy: TcpProxy;
  const accepted: End[] = [];
  const opened: End[] = [];

  beforeEach(async () => {
    server = createServer({ allowHalfOpen: true }, (socket) => accepted.push(new End(socket)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('No port.');
    proxy = await TcpProxy.start({ host: '127.0.0.1', port: address.port });
  });

  afterEach(async () => {
    for (const { socket } of [...accepted.splice(0), ...opened.splice(0)]) socket.destroy();
    await proxy.close();
    await new Promise((resolve) => server.close(resolve));
  });

  function open(): End {
    const end = new End(createConnection({ host: proxy.host, port: proxy.port, allowHalfOpen: true }));
    opened.push(end);
    return end;
  }

  /** A connection over which bytes have gone in both directions. */
  async function pair(): Promise<{ client: End; behind: End }> {
    const before = accepted.length;
    const client = open();
    client.write('hello');
    await expectArrived(() => accepted[before]?.text === 'hello');
    const behind = accepted[before] as End;
    behind.write('welcome');
    await expectArrived(() => client.text === 'welcome');
    client.text = '';
    behind.text = '';
    return { client, behind };
  }

  it('passes on what both sides send, much of it too, and their ends', async () => {
    const { client, behind } = await pair();
    client.socket.write(Buffer.alloc(8 * MEBIBYTE));
    behind.socket.write(Buffer.alloc(4 * MEBIBYTE));
    client.socket.end();
    await expectArrived(() => behind.ended === 'end');
    expect(behind.bytes).toBe(8 * MEBIBYTE + 'hello'.length);
    behind.socket.end();
    await expectArrived(() => client.ended === 'end');
    expect(client.bytes).toBe(4 * MEBIBYTE + 'welcome'.length);
    await expectArrived(() => proxy.connections === 0);
  });

  it('hands on a reset', async () => {
    const { client, behind } = await pair();
    behind.socket.resetAndDestroy();
    await expectArrived(() => client.ended === 'reset');
  });

  it('refuses: resets what is live, listens no more, and again after it has healed', async () => {
    const { client, behind } = await pair();
    await proxy.mode('refuse');
    await expectArrived(() => client.ended === 'reset' && behind.ended === 'reset');
    const refused = createConnection({ host: proxy.host, port: proxy.port });
    const error = await new Promise<NodeJS.ErrnoException>((resolve) => refused.once('error', resolve));
    expect(error.code).toBe('ECONNREFUSED');
    await proxy.mode('pass');
    await pair();
  });

  it('resets: what is live and whoever comes', async () => {
    const { client, behind } = await pair();
    await proxy.mode('reset');
    await expectArrived(() => client.ended === 'reset' && behind.ended === 'reset');
    const other = open();
    await expectArrived(() => other.ended === 'reset');
    expect(accepted).toHaveLength(1);
  });

  it('swallows both ways as a black hole, ends too, and resets what has lost something when it heals', async () => {
    const { client, behind } = await pair();
    await proxy.mode('blackhole');
    const other = open();
    other.write('anybody?');
    client.write('lost');
    behind.write('lost too');
    await expectArrived(
      () => client.socket.bytesWritten > 'hello'.length && behind.socket.bytesWritten > 'welcome'.length,
    );
    client.socket.end();
    await aWhile();
    expect([behind.text, client.text, behind.ended, client.ended]).toEqual(['', '', 'open', 'open']);
    expect(accepted).toHaveLength(1);
    await proxy.mode('pass');
    await expectArrived(() => behind.ended === 'reset' && client.ended === 'reset' && other.ended === 'reset');
    await pair();
  });

  it('leaves a connection whole that sent nothing while there was a black hole', async () => {
    const { client, behind } = await pair();
    await proxy.mode('blackhole');
    await aWhile();
    await proxy.mode('pass');
    client.write('still here');
    await expectArrived(() => behind.text === 'still here');
  });

  it.each([
    ['blackhole-up', '', 'down'],
    ['blackhole-down', 'up', ''],
  ] as const)('%s swallows one way', async (mode, atServer, atClient) => {
    const { client, behind } = await pair();
    await proxy.mode(mode);
    client.write('up');
    behind.write('down');
    await expectArrived(() => behind.text === atServer && client.text === atClient);
    await aWhile();
    expect([behind.text, client.text]).toEqual([atServer, atClient]);
    await proxy.mode('pass');
    await expectArrived(() => client.ended === 'reset' && behind.ended === 'reset');
  });

  it('freezes: nothing arrives, the sender feels it, and all of it comes once it thaws', async () => {
    const { client, behind } = await pair();
    await proxy.mode('freeze');
    // The system takes what its buffers hold; the rest stays with the sender.
    for (let piece = 0; piece < 512; piece += 1) behind.socket.write(Buffer.alloc(MEBIBYTE / 16));
    expect(await leftWith(behind)).toBeGreaterThan(0);
    expect(client.bytes).toBe('welcome'.length);
    await proxy.mode('pass');
    await expectArrived(() => client.bytes === 32 * MEBIBYTE + 'welcome'.length);
  });

  it('lets a sender feel that the other side does not read', async () => {
    const { client, behind } = await pair();
    client.socket.pause();
    for (let piece = 0; piece < 512; piece += 1) behind.socket.write(Buffer.alloc(MEBIBYTE / 16));
    expect(await leftWith(behind)).toBeGreaterThan(0);
    client.socket.resume();
    await expectArrived(() => client.bytes === 32 * MEBIBYTE + 'welcome'.length);
  });

  it('does not pass an end on while it is frozen', async () => {
    const { client, behind } = await pair();
    await proxy.mode('freeze');
    client.write('last words');
    client.socket.end();
    await aWhile();
    expect([behind.text, behind.ended]).toEqual(['', 'open']);
    await proxy.mode('pass');
    await expectArrived(() => behind.text === 'last words' && behind.ended === 'end');
  });

  it('loses what was on its way when it becomes a black hole', async () => {
    const { client, behind } = await pair();
    await proxy.mode({ delayMs: 60_000 });
    client.write('on its way');
    await aWhile();
    await proxy.mode('blackhole');
    await proxy.mode('pass');
    await expectArrived(() => behind.ended === 'reset' && client.ended === 'reset');
    expect(behind.text).toBe('');
  });

  it('delays each piece and keeps their order', async () => {
    const { client, behind } = await pair();
    await proxy.mode({ delayMs: 400 });
    const sent = performance.now();
    for (const piece of ['a', 'b', 'c']) client.write(piece);
    await expectArrived(() => behind.text === 'abc');
    expect(performance.now() - sent).toBeGreaterThanOrEqual(400);
    client.write('d');
    await aWhile();
    await proxy.mode('pass');
    client.write('e');
    await expectArrived(() => behind.text === 'abcde');
  });

  it('throttles a connection without losing anything', async () => {
    const { client, behind } = await pair();
    await proxy.mode({ bytesPerSecond: 20_000 });
    const began = performance.now();
    behind.socket.write(Buffer.alloc(10_000));
    await expectArrived(() => client.bytes === 10_000 + 'welcome'.length);
    // A tenth of a second's worth may come at once.
    expect(performance.now() - began).toBeGreaterThan(350);
  });

  it('cuts a connection once it has carried its share', async () => {
    const { client, behind } = await pair();
    await proxy.mode({ cutAfter: 8 });
    client.write('1234');
    await expectArrived(() => behind.text === '1234');
    expect(client.ended).toBe('open');
    client.write('5678');
    await expectArrived(() => client.ended === 'reset' && behind.ended === 'reset');
    expect(behind.text).toBe('12345678');
  });

  it('forgets connections: nothing is sent to either side, also not after it heals, and others do not notice', async () => {
    const forgotten = await pair();
    const other = await pair();
    proxy.forget(1);
    forgotten.client.write('hello?');
    forgotten.behind.write('hello!');
    forgotten.client.socket.end();
    await proxy.mode('pass');
    other.client.write('fine');
    await expectArrived(() => other.behind.text === 'fine');
    await aWhile();
    const { client, behind } = forgotten;
    expect([behind.text, client.text, behind.ended, client.ended]).toEqual(['', '', 'open', 'open']);
  });

  it.each<LinkMode>(['pass', { delayMs: 5 }, { bytesPerSecond: 1e6 }])(
    'tells a client when nobody listens behind it (%j)',
    async (mode) => {
      const lone = await TcpProxy.start({ host: '127.0.0.1', port: await unusedPort() });
      await lone.mode(mode);
      const socket = createConnection({ host: lone.host, port: lone.port });
      const end = new End(socket);
      await expectArrived(() => end.ended === 'reset');
      await lone.close();
    },
  );
});

const expectArrived = (met: () => boolean) => eventually('the bytes or the end have arrived', met);

/** For what is not to happen: by then it would have, over a loopback link. */
async function aWhile(): Promise<void> {
  await sleep(60);
}

/** How many bytes stay with a sender, once no more of them leave. */
async function leftWith({ socket }: End): Promise<number> {
  let left = -1;
  for (let still = 0; still < 10; still += 1) {
    if (left !== socket.writableLength) still = 0;
    left = socket.writableLength;
    await sleep(20);
  }
  return left;
}

async function unusedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return address !== null && typeof address === 'object' ? address.port : 0;
}
