import { chmodSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { type Frame, KIND, LocalFrameReader } from './local-frame-reader.js';

/** So much waits for a worker that does not read; then its connection is cut, and it reads what it missed from Postgres. */
const MOST_UNREAD_BYTES = 16 * 1024 * 1024;

/**
 * The middle of the bus between the workers of one machine: passes each message on to those that have subscribed to its
 * channel. It keeps nothing and promises no more than Redis does.
 */
export class LocalHub {
  private readonly channels = new Map<string, Set<Socket>>();
  private readonly workers = new Map<Socket, Set<string>>();
  /** Those that were written to since the last bytes were read. */
  private readonly corked = new Set<Socket>();

  private constructor(private readonly server: Server) {
    server.on('connection', (socket) => this.join(socket));
  }

  /** Listens on this socket, which only its owner may use. */
  static async listen(path: string): Promise<LocalHub> {
    const server = createServer();
    const hub = new LocalHub(server);
    await new Promise<void>((resolve, reject) => server.on('error', reject).listen(path, resolve));
    chmodSync(path, 0o600);
    return hub;
  }

  close(): void {
    this.server.close();
    for (const socket of this.workers.keys()) socket.destroy();
  }

  private join(socket: Socket): void {
    const reader = new LocalFrameReader();
    this.workers.set(socket, new Set());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.leave(socket));
    socket.on('data', (bytes) => {
      try {
        for (const frame of reader.read(bytes)) this.take(socket, frame);
      } catch {
        socket.destroy();
      } finally {
        this.release();
      }
    });
  }

  private leave(socket: Socket): void {
    for (const channel of this.workers.get(socket) ?? []) this.unsubscribe(socket, channel);
    this.workers.delete(socket);
  }

  private take(from: Socket, { kind, channel, whole }: Frame): void {
    if (kind === KIND.message) this.passOn(from, channel, whole);
    else if (kind === KIND.subscribe) this.subscribe(from, channel);
    else this.unsubscribe(from, channel);
  }

  private subscribe(socket: Socket, channel: string): void {
    const subscribers = this.channels.get(channel) ?? new Set();
    this.channels.set(channel, subscribers.add(socket));
    this.workers.get(socket)?.add(channel);
  }

  private unsubscribe(socket: Socket, channel: string): void {
    const subscribers = this.channels.get(channel);
    subscribers?.delete(socket);
    if (subscribers?.size === 0) this.channels.delete(channel);
    this.workers.get(socket)?.delete(channel);
  }

  /** Back to the sender only where nobody else listens, as for its heartbeat: of all else it wants nothing. */
  private passOn(from: Socket, channel: string, whole: Buffer): void {
    const subscribers = this.channels.get(channel);
    for (const socket of subscribers ?? []) {
      if (socket === from && subscribers?.size !== 1) continue;
      if (!this.corked.has(socket)) {
        this.corked.add(socket);
        socket.cork();
      }
      socket.write(whole);
      if (socket.writableLength > MOST_UNREAD_BYTES) socket.destroy();
    }
  }

  private release(): void {
    for (const socket of this.corked) socket.uncork();
    this.corked.clear();
  }
}
