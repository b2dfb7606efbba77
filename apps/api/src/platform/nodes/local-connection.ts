import { connect, type Socket } from 'node:net';
import type { LinkConnection, LinkWay, OnMessage } from './link-connection.js';
import { frameOf, KIND, LocalFrameReader } from './local-frame-reader.js';

/** The way over the hub that listens on this socket. */
export const localWay = (path: string): LinkWay => ({
  part: 'bus',
  open: (onMessage) => LocalConnection.open(path, onMessage),
});

/** A worker's connection to the hub of its machine. */
class LocalConnection implements LinkConnection {
  private readonly whenEnded = Promise.withResolvers<Error>();
  private isCorked = false;

  private constructor(
    private readonly socket: Socket,
    onMessage: OnMessage,
  ) {
    const reader = new LocalFrameReader();
    socket.on('data', (bytes) => {
      try {
        for (const { kind, channel, payload } of reader.read(bytes)) {
          if (kind === KIND.message) onMessage(channel, payload);
        }
      } catch (fault) {
        this.destroy(fault as Error);
      }
    });
    socket.on('error', (fault) => this.destroy(fault));
    socket.on('close', () => this.destroy(new Error('The bus of this machine has closed the connection.')));
  }

  static async open(path: string, onMessage: OnMessage): Promise<LocalConnection> {
    const socket = connect(path);
    const connection = new LocalConnection(socket, onMessage);
    const opened = new Promise<void>((resolve) => socket.once('connect', resolve));
    await Promise.race([opened, connection.ended.then((fault) => Promise.reject(fault))]);
    return connection;
  }

  get ended(): Promise<Error> {
    return this.whenEnded.promise;
  }

  publish(channel: string, payload: string): Promise<void> {
    return this.write(frameOf(KIND.message, channel, payload));
  }

  async subscribe(channels: readonly string[]): Promise<void> {
    await Promise.all(channels.map((channel) => this.write(frameOf(KIND.subscribe, channel))));
  }

  async unsubscribe(channels: readonly string[]): Promise<void> {
    await Promise.all(channels.map((channel) => this.write(frameOf(KIND.unsubscribe, channel))));
  }

  destroy(why: Error): void {
    this.whenEnded.resolve(why);
    this.socket.destroy();
  }

  /** What is written within a turn leaves in one system call. */
  private write(frame: Buffer): Promise<void> {
    if (!this.isCorked) {
      this.isCorked = true;
      this.socket.cork();
      setImmediate(() => {
        this.isCorked = false;
        this.socket.uncork();
      });
    }
    return new Promise((resolve, reject) => {
      this.socket.write(frame, (fault) => (fault ? reject(fault) : resolve()));
    });
  }
}
