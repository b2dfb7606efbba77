import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setImmediate as turnEnds } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually, testCertificate } from '@parley/testkit';
import { Server, type ServerOptions } from 'socket.io';
import { type Socket as ClientSocket, io as connect } from 'socket.io-client';
import type { ParleyServer } from '../socket.js';
import type { EngineConnection } from './engine-connection.js';
import { oneWritePerTurn } from './one-write-per-turn.js';
import { RoomBroadcaster } from './room-broadcaster.js';
import { SlowConsumers } from './slow-consumers.js';
import { StreamKeepingServer, streamOf } from './stream-keeping-server.js';

const ROOM = 'room';
const NAME = 'typing:update';

/** What `socket.io-client` in Node has below it. */
interface NodeEngine {
  transport: { name: string; ws: { _socket: { pause(): void; resume(): void } } };
}

const certificate = testCertificate();

describe.each(['http', 'https'] as const)('what clients of a room receive by %s', (scheme) => {
  let io: ParleyServer;
  let clients: ClientSocket[] = [];
  let rooms: RoomBroadcaster;
  let slow: number[];
  let port: number;

  const start = async (bytes: number, seconds = 10) => {
    const http = scheme === 'http' ? createServer() : createTlsServer(certificate);
    io = new Server(http, { wsEngine: StreamKeepingServer } as unknown as Partial<ServerOptions>);
    slow = [];
    const readers = new SlowConsumers({ bytes, seconds }, (_connection, waiting) => {
      slow.push(waiting);
      return '';
    });
    oneWritePerTurn(io.engine, readers);
    rooms = new RoomBroadcaster(io, () => {
      throw new Error('another version is installed');
    });
    io.on('connection', (socket) => void socket.join(ROOM));
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    ({ port } = http.address() as AddressInfo);
  };

  const client = async (...transports: string[]): Promise<{ received: number[]; socket: ClientSocket }> => {
    const received: number[] = [];
    const known = { ca: certificate.cert, reconnection: false, forceNew: true };
    const socket = connect(`${scheme}://127.0.0.1:${port}`, { transports, ...known });
    clients.push(socket);
    socket.on(NAME, ({ number }: { number: number }) => received.push(number));
    await new Promise((resolve) => socket.once('connect', () => resolve(undefined)));
    return { received, socket };
  };
  const emit = (number: number, filling = '') => rooms.emit(ROOM, NAME, { number, filling } as never);
  const until = (isTrue: () => boolean) => eventually(`it is true that ${String(isTrue)}`, isTrue);
  const upTo = (count: number) => [...Array(count).keys()];
  const connection = () => [...io.of('/').sockets.values()][0]?.conn as unknown as EngineConnection;
  /** Emits until the system takes no more for the first of the connections. Returns how many events that were. */
  const fill = async () => {
    const stream = streamOf(connection().transport.socket as never);
    let count = 0;
    const isFull = () => stream?.writableLength !== 0;
    do {
      for (const end = count + 3; count < end; count += 1) emit(count, 'x'.repeat(50_000));
      // What is encrypted leaves only in turns after that in which it was given away.
      for (let turns = 0; turns < 10; turns += 1) await turnEnds();
    } while (!isFull());
    return count;
  };
  const engineOf = ({ io: { engine } }: ClientSocket) => engine as unknown as NodeEngine;

  afterEach(async () => {
    for (const socket of clients) socket.close();
    clients = [];
    await io.close();
  });

  it('is everything once and in order, also where the upgrade comes between', async () => {
    await start(1_000_000);
    const upgrading = await client('polling', 'websocket');
    const [polling, other] = [await client('polling'), await client('websocket')];
    let next = 0;
    // Of one or several events a turn, until some have gone over the new transport.
    for (let after = 0; after < 20; after += engineOf(upgrading.socket).transport.name === 'websocket' ? 1 : 0) {
      for (const end = next + 1 + (next % 3); next < end; next += 1) emit(next);
      await turnEnds();
    }
    await until(() => [upgrading, polling, other].every(({ received }) => received.length >= next));
    expect(upgrading.received).toEqual(upTo(next));
    expect(polling.received).toEqual(upTo(next));
    expect(other.received).toEqual(upTo(next));
  });

  it('waits while a client does not read, and comes once and in order when it goes on', async () => {
    await start(1_000_000_000);
    const { received, socket } = await client('websocket');
    const { _socket: line } = engineOf(socket).transport.ws;
    line.pause();
    const { transport } = connection();
    let count = await fill();
    expect(transport.writable).toBe(false);
    // These wait behind it, in the queue of Engine.IO.
    for (const end = count + 10; count < end; count += 1) emit(count);
    line.resume();
    await until(() => received.length === count);
    expect(received).toEqual(upTo(count));
    await until(() => transport.writable);
    emit(count);
    await until(() => received.length > count);
    expect([received.at(-1), transport.socket?.bufferedAmount, slow]).toEqual([count, 0, []]);
  });

  it('ends for who reads nothing of more than the limit', async () => {
    await start(1_000_000);
    const { socket } = await client('websocket');
    const { _socket: line } = engineOf(socket).transport.ws;
    line.pause();
    // More than the limit, and less than would end it at once.
    for (let number = await fill(), rest = 30; rest > 0; rest -= 1) emit(number, 'x'.repeat(50_000));
    await until(() => slow.length > 0);
    await until(() => io.of('/').sockets.size === 0);
    expect(slow[0]).toBeGreaterThan(1_000_000);
    line.resume();
  });

  it('ends for who takes nothing of what they were given, also if nothing more comes', async () => {
    await start(1_000_000_000, 1);
    const { socket } = await client('websocket');
    const { _socket: line } = engineOf(socket).transport.ws;
    line.pause();
    await fill();
    await until(() => slow.length > 0);
    await until(() => io.of('/').sockets.size === 0);
    expect(slow).toHaveLength(1);
    line.resume();
  });

  it('is what came before the connection was closed politely, and nothing that comes later', async () => {
    await start(1_000_000);
    const { received, socket } = await client('websocket');
    const closed = new Promise((resolve) => socket.once('disconnect', resolve));
    for (const number of upTo(3)) emit(number);
    connection().close();
    emit(3);
    await closed;
    expect(received).toEqual(upTo(3));
  });
});
