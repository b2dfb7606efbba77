import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo, Socket as TcpSocket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Server } from 'socket.io';
import { type Socket as ClientSocket, io as connect } from 'socket.io-client';
import { oneWritePerTurn } from './one-write-per-turn.js';
import { SlowConsumers } from './slow-consumers.js';
import { StreamKeepingServer } from './stream-keeping-server.js';

const EVENTS = 20;

/** How often the stream below the server's side of a connection was written to. */
interface Writes {
  count: number;
}

function countWrites(http: HttpServer): Writes {
  const writes: Writes = { count: 0 };
  http.on('connection', (stream: TcpSocket) => {
    for (const name of ['_write', '_writev'] as const) {
      const original = stream[name] as ((...args: unknown[]) => void) | undefined;
      Object.defineProperty(stream, name, {
        value: (...args: unknown[]) => {
          writes.count += 1;
          original?.apply(stream, args);
        },
      });
    }
  });
  return writes;
}

describe('everything that a socket gets within one turn leaves in one write', () => {
  let http: HttpServer;
  let io: Server;
  let client: ClientSocket;
  let writes: Writes;

  const start = async (options: { transports: string[]; held: boolean }) => {
    http = createServer();
    writes = countWrites(http);
    io = new Server(http, { wsEngine: StreamKeepingServer } as unknown as ConstructorParameters<typeof Server>[1]);
    const readers = new SlowConsumers({ bytes: 100_000, seconds: 10 }, () => '');
    if (options.held) oneWritePerTurn(io.engine, readers);
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const { port } = http.address() as AddressInfo;
    client = connect(`http://127.0.0.1:${port}`, { transports: options.transports });
    await new Promise((resolve) => client.once('connect', () => resolve(undefined)));
  };

  /** Emits within one turn, and waits until the client has all of it, in order. */
  const burst = async (): Promise<number[]> => {
    const received: number[] = [];
    const all = new Promise((resolve) =>
      client.on('number', (number: number) => received.push(number) === EVENTS && resolve(undefined)),
    );
    writes.count = 0;
    for (let number = 0; number < EVENTS; number += 1) io.emit('number', number);
    await all;
    return received;
  };

  beforeEach(() => {
    writes = { count: 0 };
  });

  afterEach(async () => {
    client.close();
    await io.close();
  });

  it('over a WebSocket', async () => {
    await start({ transports: ['websocket'], held: true });
    expect(await burst()).toEqual([...Array(EVENTS).keys()]);
    expect(writes.count).toBe(1);
  });

  it('over a WebSocket that began as polling', async () => {
    await start({ transports: ['polling', 'websocket'], held: true });
    const { engine } = client.io;
    // It may be over by now.
    if (engine.transport.name !== 'websocket') await new Promise((resolve) => engine.once('upgrade', resolve));
    expect(await burst()).toEqual([...Array(EVENTS).keys()]);
    expect(writes.count).toBe(1);
  });

  it('over polling in as many answers as 64 KB each take, so that pings come between', async () => {
    await start({ transports: ['polling'], held: true });
    const sizes: number[] = [];
    http.prependListener('request', ({ method }, response) => {
      const end = response.end.bind(response) as (...given: unknown[]) => typeof response;
      response.end = (...given: unknown[]) => {
        if (method === 'GET') sizes.push(String(given[0]).length);
        return end(...given);
      };
    });
    const received: number[] = [];
    const all = new Promise<void>((resolve) =>
      client.on('text', (number: number) => received.push(number) === EVENTS && resolve()),
    );
    for (let number = 0; number < EVENTS; number += 1) io.emit('text', number, 'x'.repeat(20_000));
    await all;
    expect(received).toEqual([...Array(EVENTS).keys()]);
    expect(Math.max(...sizes)).toBeLessThan(66_000);
  });

  it('which Socket.IO alone does not do', async () => {
    await start({ transports: ['websocket'], held: false });
    await burst();
    expect(writes.count).toBeGreaterThan(1);
  });

  it('and closing a connection after an event still delivers the event', async () => {
    await start({ transports: ['websocket'], held: true });
    const told = new Promise((resolve) => client.once('why', resolve));
    for (const socket of io.of('/').sockets.values()) {
      socket.emit('why', 'because');
      socket.conn.close();
    }
    expect(await told).toBe('because');
  });
});
