import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../processes/places.js';
import { ConnectionLink, type Target } from './connection-link.js';
import type { LinkMode } from './link-mode.js';

const HOST = '127.0.0.1';

/** A TCP link that can be spoilt: it listens on a port of its own and hands on to the target. */
export class TcpProxy {
  private readonly links = new Set<ConnectionLink>();
  private server: Server | null = null;
  private now: LinkMode = 'pass';
  /** Listening and ceasing to listen, one after the other. */
  private turn: Promise<void> = Promise.resolve();

  private constructor(
    private readonly target: Target,
    readonly port: number,
  ) {}

  static async start(target: Target): Promise<TcpProxy> {
    const proxy = new TcpProxy(target, await freePort());
    await proxy.listen();
    return proxy;
  }

  get host(): string {
    return HOST;
  }

  /** Connections that are open on at least one side. */
  get connections(): number {
    return this.links.size;
  }

  /** What it does from now on, to live connections too. Resolves once new ones meet it as well. */
  mode(mode: LinkMode): Promise<void> {
    this.now = mode;
    for (const link of this.links) link.change(mode);
    this.turn = this.turn.then(() => (this.now === 'refuse' ? this.unlisten() : this.listen()));
    return this.turn;
  }

  /** Leaves the oldest `count` connections hanging on both sides: nothing is sent to either, now or later. */
  forget(count = Infinity): void {
    for (const link of [...this.links].slice(0, count)) link.forget();
  }

  /** Resets the oldest `count` connections, whatever the mode. */
  reset(count = Infinity): void {
    for (const link of [...this.links].slice(0, count)) link.reset();
  }

  async close(): Promise<void> {
    await this.mode('refuse');
  }

  private async listen(): Promise<void> {
    for (let attempt = 1; !this.server; attempt += 1) {
      const server = createServer({ allowHalfOpen: true }, (socket: Socket) => {
        if (this.now === 'refuse' || this.now === 'reset') return void socket.resetAndDestroy();
        this.links.add(new ConnectionLink(socket, this.target, this.now, (link) => this.links.delete(link)));
      });
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      server.once('error', reject);
      server.listen({ port: this.port, host: HOST, backlog: 4096 }, resolve);
      // An outgoing connection of another process may have our port for a moment.
      const failure = await promise.then(
        () => null,
        (error: Error) => error,
      );
      if (!failure) this.server = server;
      else if (attempt === 100) throw failure;
      else await sleep(50);
    }
  }

  private async unlisten(): Promise<void> {
    const server = this.server;
    this.server = null;
    const closed = server && new Promise((resolve) => server.close(resolve));
    for (const link of this.links) link.reset();
    await closed;
  }
}
