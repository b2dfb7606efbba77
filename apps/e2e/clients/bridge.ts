import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';

/** One side of a connection that the bridge hands on. */
interface Side {
  write(data: Buffer, isText: boolean): void;
  end(): void;
}

/**
 * Stands between STOMP clients and a node, and writes down what both of them send: clients of WebSockets are handed on as
 * they come, those of TCP get a WebSocket, which is how such a client reaches a node at all.
 */
export class Bridge {
  /** All that went through, the client's frames and the node's; those of STOMP, each without its NUL. */
  readonly frames: string[] = [];
  /** Its empty page is there for browsers, which do not connect from just anywhere. */
  private readonly web = createServer((_, response) => response.end('<!doctype html>'));
  private readonly tcp: TcpServer;
  private readonly accepting = new WebSocketServer({ noServer: true, handleProtocols: () => this.chosen });
  private readonly ends: (() => void)[] = [];
  private chosen: string | false = false;
  /** Others have a frame in each message. */
  private isStomp = true;
  private readonly begun = { '<': Buffer.alloc(0), '>': Buffer.alloc(0) };

  constructor(private readonly node: string) {
    this.web.on('upgrade', (request, stream, head) => this.upgrade(request, stream, head));
    this.tcp = createTcpServer((socket) => this.accept(socket));
  }

  async listen(): Promise<{ webPort: number; tcpPort: number }> {
    for (const server of [this.web, this.tcp]) await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const [webPort, tcpPort] = [this.web, this.tcp].map((server) => (server.address() as AddressInfo).port);
    return { webPort: webPort as number, tcpPort: tcpPort as number };
  }

  close(): void {
    for (const end of this.ends) end();
    this.web.close();
    this.web.closeAllConnections();
    this.tcp.close();
  }

  private upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const offered = request.headers['sec-websocket-protocol']?.split(/\s*,\s*/) ?? [];
    const { authorization } = request.headers;
    const far = new WebSocket(this.node + request.url, offered, authorization ? { headers: { authorization } } : {});
    this.isStomp = request.url?.startsWith('/stomp') ?? false;
    far.once('open', () => {
      this.chosen = far.protocol || false;
      this.accepting.handleUpgrade(request, stream, head, (near) => {
        const side: Side = {
          write: (data, isText) => near.send(data, { binary: !isText }),
          end: () => near.close(),
        };
        near.on('message', (data: Buffer, isBinary) => this.hand(far, data, !isBinary));
        near.on('close', () => far.close());
        this.join(far, side);
      });
    });
    far.on('error', () => stream.destroy());
  }

  private accept(socket: Socket): void {
    const far = new WebSocket(`${this.node}/stomp`);
    socket.pause();
    far.once('open', () => socket.resume());
    // A piece of a stream may end within a character.
    socket.on('data', (data) => this.hand(far, data, false));
    socket.on('close', () => far.close());
    socket.on('error', () => socket.destroy());
    this.join(far, { write: (data) => socket.write(data), end: () => socket.end() });
  }

  private hand(far: WebSocket, data: Buffer, isText: boolean): void {
    this.record('>', data);
    far.send(data, { binary: !isText });
  }

  private join(far: WebSocket, near: Side): void {
    far.on('message', (data: Buffer, isBinary) => {
      this.record('<', data);
      near.write(data, !isBinary);
    });
    far.on('close', () => near.end());
    this.ends.push(() => {
      far.terminate();
      near.end();
    });
  }

  /** A frame is noted once it is whole. */
  private record(direction: '<' | '>', data: Buffer): void {
    if (!this.isStomp) return void this.frames.push(`${direction} ${data.toString()}`);
    const frames = Buffer.concat([this.begun[direction], data]).toString('latin1').split('\0');
    this.begun[direction] = Buffer.from(frames.pop() ?? '', 'latin1');
    for (const frame of frames)
      this.frames.push(
        `${direction} ${Buffer.from(frame, 'latin1')
          .toString()
          .replace(/^[\r\n]+/, '')}`,
      );
  }
}
