import { createConnection, type Socket } from 'node:net';
import { Flow } from './flow.js';
import type { LinkMode } from './link-mode.js';

export interface Target {
  host: string;
  port: number;
}

interface Behind {
  socket: Socket;
  up: Flow;
  down: Flow;
}

/** One client's connection through a proxy, with the one that is opened for it to the server behind. */
export class ConnectionLink {
  /** A link that begins as a black hole has nothing behind it. */
  private readonly behind: Behind | null;
  private forgotten = false;
  private closed = false;

  constructor(
    private readonly client: Socket,
    target: Target,
    private mode: LinkMode,
    private readonly onClosed: (link: ConnectionLink) => void,
  ) {
    client.setNoDelay(true);
    this.behind = mode === 'blackhole' ? null : this.open(target);
    if (!this.behind) client.resume();
    this.watch(client, () => this.behind?.up.tells ?? false);
  }

  change(mode: LinkMode): void {
    if (this.closed || this.forgotten) return;
    const swallowed = !this.behind || this.behind.up.broken || this.behind.down.broken;
    this.mode = mode;
    if (mode === 'refuse' || mode === 'reset' || (swallowed && mode !== 'blackhole')) return this.reset();
    this.behind?.up.change(mode);
    this.behind?.down.change(mode);
    if (this.halfGone && mode !== 'blackhole' && mode !== 'freeze') this.reset();
  }

  /** From now on neither side receives anything of the other, whatever the link's mode: not even that it has ended. */
  forget(): void {
    this.change('blackhole');
    this.forgotten = true;
  }

  /** Ends both sides at once, without a word of farewell. */
  reset(): void {
    if (this.closed) return;
    this.finish();
    for (const socket of [this.client, this.behind?.socket]) {
      if (socket?.connecting) socket.destroy();
      else socket?.resetAndDestroy();
    }
  }

  private get halfGone(): boolean {
    return this.client.destroyed !== (this.behind?.socket.destroyed ?? false);
  }

  private open(target: Target): Behind {
    const socket = createConnection({ ...target, noDelay: true, allowHalfOpen: true });
    const up = new Flow('up', this.client, socket, this.mode);
    const down = new Flow('down', socket, this.client, this.mode);
    this.watch(socket, () => down.tells);
    for (const one of [this.client, socket]) one.on('data', () => this.cutIfDue(up.carried + down.carried));
    return { socket, up, down };
  }

  private watch(socket: Socket, tells: () => boolean): void {
    let failed = false;
    socket.on('error', () => {
      failed = true;
    });
    socket.on('close', () => {
      if (this.closed) return;
      // The flow has passed an orderly end on already, after what came before it.
      if (failed && tells()) this.reset();
      else if (!this.halfGone) this.finish();
    });
  }

  private cutIfDue(carried: number): void {
    if (typeof this.mode !== 'object' || !('cutAfter' in this.mode) || carried < this.mode.cutAfter) return;
    // A turn later, so that the last piece has been written.
    setImmediate(() => this.reset());
  }

  private finish(): void {
    this.closed = true;
    this.behind?.up.stop();
    this.behind?.down.stop();
    this.onClosed(this);
  }
}
