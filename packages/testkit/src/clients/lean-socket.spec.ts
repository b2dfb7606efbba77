import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Server } from 'socket.io';
import { WebSocketServer } from 'ws';
import { FrameReader, textFrame } from './frame-reader.js';
import { isEvent, LeanSocket } from './lean-socket.js';
import { LeanWebSocket } from './lean-websocket.js';

describe('FrameReader', () => {
  it.each([0, 1, 125, 126, 65_535, 65_536])('reads a text of %i bytes, however it is cut', (length) => {
    const frame = serverFrame('x'.repeat(length));
    const steps = [1, 2, 3, 5, 11, 4096, frame.length - 1, frame.length * 3].filter((step) => step > 0);
    for (const step of length > 1000 ? steps.slice(5) : steps) {
      const texts: number[] = [];
      const reader = new FrameReader(
        (_bytes, start, end) => texts.push(end - start),
        () => undefined,
      );
      const three = Buffer.concat([frame, frame, frame]);
      for (let at = 0; at < three.length; at += step) reader.push(three.subarray(at, at + step));
      expect(texts).toEqual([length, length, length]);
    }
  });

  it('reports the code of a close frame', () => {
    const codes: number[] = [];
    new FrameReader(
      () => undefined,
      (code) => codes.push(code),
    ).push(Buffer.from([0x88, 2, 4001 >> 8, 4001 & 255]));
    expect(codes).toEqual([4001]);
  });
});

describe('LeanWebSocket', () => {
  it('answers a ping with its payload, before it reads on', async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    const pongs: string[] = [];
    const said = new Promise((resolve) => {
      server.on('connection', (client) => {
        client.on('pong', (payload) => pongs.push(payload.toString()));
        client.on('message', resolve);
        client.ping('how are you');
        client.send('still there?');
      });
    });
    const { port } = server.address() as AddressInfo;
    const handlers = { onText: () => socket.send('yes'), onClosed: () => undefined };
    const socket = new LeanWebSocket({ host: '127.0.0.1', port, path: '/' }, handlers);
    await said;
    socket.close();
    server.close();
    expect(pongs).toEqual(['how are you']);
  });
});

describe('LeanSocket', () => {
  const http = () => createServer();
  let io: Server;
  let port: number;

  beforeEach(async () => {
    const server = http();
    io = new Server(server, { pingInterval: 50, pingTimeout: 2_000 });
    io.use((socket, next) => next(socket.handshake.auth.token === 'good' ? undefined : new Error('bad token')));
    io.on('connection', (socket) => {
      socket.on('echo', (text: string, ack: (answer: unknown) => void) => {
        socket.emit('heard', { text });
        ack({ text });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });

  afterEach(() => io.close());

  const handlers = () => ({
    events: [] as string[],
    acks: [] as string[],
    closed: Promise.withResolvers<string>(),
    onEvent(bytes: Buffer, start: number, end: number) {
      this.events.push(`${isEvent(bytes, start, Buffer.from('heard'))} ${bytes.toString('utf8', start, end)}`);
    },
    onAck(id: number, bytes: Buffer, start: number, end: number) {
      this.acks.push(`${id} ${bytes.toString('utf8', start, end)}`);
    },
    onClosed(reason: string) {
      this.closed.resolve(reason);
    },
  });

  it.each(['hi', 'ä€😀', 'x'.repeat(300), 'x'.repeat(70_000)])(
    'sends commands and gets events and acks (%#)',
    async (text) => {
      const heard = handlers();
      const socket = await LeanSocket.connect({ host: '127.0.0.1', port, auth: { token: 'good' } }, heard);
      socket.send(17, JSON.stringify(['echo', text]));
      while (heard.acks.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(heard.acks).toEqual([`17 ${JSON.stringify([{ text }])}`]);
      expect(heard.events).toEqual([`true 42${JSON.stringify(['heard', { text }])}`]);
      socket.close();
    },
  );

  it('answers pings, each of which the server sends only after an answer', async () => {
    const answered = new Promise((resolve) => {
      let pongs = 0;
      io.engine.on('connection', (engine) =>
        engine.on('heartbeat', () => {
          pongs += 1;
          if (pongs === 5) resolve(pongs);
        }),
      );
    });
    const heard = handlers();
    const socket = await LeanSocket.connect({ host: '127.0.0.1', port, auth: { token: 'good' } }, heard);
    const end = heard.closed.promise.then((reason) => `ended: ${reason}`);
    expect(await Promise.race([answered, end])).toBe(5);
    socket.close();
  });

  it('reports a refusal, and the end of the server', async () => {
    const refused = LeanSocket.connect({ host: '127.0.0.1', port, auth: { token: 'bad' } }, handlers());
    await expect(refused).rejects.toThrow('bad token');
    const heard = handlers();
    await LeanSocket.connect({ host: '127.0.0.1', port, auth: { token: 'good' } }, heard);
    await io.close();
    expect(await heard.closed.promise).not.toBe('');
  });
});

function serverFrame(text: string): Buffer {
  const masked = textFrame(text);
  const header = masked.length - Buffer.byteLength(text) - 4;
  const head = Buffer.from(masked.subarray(0, header));
  head.writeUInt8(head.readUInt8(1) & 0x7f, 1);
  return Buffer.concat([head, Buffer.from(text)]);
}
