import { eventually } from '@parley/testkit';
import { type ClientOptions, WebSocket } from 'ws';

/** A WebSocket that speaks Engine.IO and Socket.IO letter by letter, for frames that no client library would send. */
export class RawSocket {
  readonly frames: string[] = [];
  /** Code of the close frame. */
  closed: number | null = null;
  /** Where the upgrade was refused: its HTTP status, `Retry-After` and body. */
  refused: { status: number; retryAfter: string | undefined; body: string } | null = null;
  private readonly socket: WebSocket;

  constructor(url: string, options: ClientOptions = {}, path = '/socket.io/?EIO=4&transport=websocket') {
    this.socket = new WebSocket(url.replace(/^http/, 'ws') + path, options);
    this.socket.on('message', (data: Buffer) => {
      const frame = data.toString();
      if (frame === '2') this.socket.send('3');
      else this.frames.push(frame);
    });
    this.socket.on('close', (code) => {
      this.closed = code;
    });
    this.socket.on('error', () => undefined);
    this.socket.on('unexpected-response', (_request, response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        const { statusCode = 0, headers } = response;
        this.refused = {
          status: statusCode,
          retryAfter: headers['retry-after'],
          body: Buffer.concat(parts).toString(),
        };
        this.socket.terminate();
      });
    });
  }

  /** A socket that has its `ready`. */
  static async open(url: string, token: string): Promise<RawSocket> {
    const raw = new RawSocket(url);
    await raw.frame(/^0\{/);
    raw.send(`40${JSON.stringify({ token })}`);
    await raw.frame(/^42\["ready"/);
    return raw;
  }

  async opened(): Promise<void> {
    await eventually('the WebSocket is open', () => this.socket.readyState === this.socket.OPEN);
  }

  /** What was agreed on, as the header has it. */
  get extensions(): string {
    return this.socket.extensions;
  }

  send(frame: string): void {
    this.socket.send(frame);
  }

  sendBinary(data: Buffer): void {
    this.socket.send(data);
  }

  /** Once the node has read all that was sent before. */
  async pinged(): Promise<void> {
    const answered = new Promise((resolve) => this.socket.once('pong', resolve));
    this.socket.ping();
    await answered;
  }

  /** The first frame that fits, once it is there. */
  frame(pattern: RegExp): Promise<string> {
    return eventually(
      `a frame comes like ${pattern.source}; so far: ${this.frames.join(' ').slice(0, 500)}, closed: ${this.closed}`,
      () => this.frames.find((each) => pattern.test(each)),
    );
  }

  /** Emits an event as it is written, with an acknowledgement asked for; returns that. */
  async ask(id: number, json: string): Promise<any> {
    this.send(`42${id}${json}`);
    const frame = await this.frame(new RegExp(`^43${id}\\[`));
    return JSON.parse(frame.slice(`43${id}`.length))[0];
  }

  /** Takes nothing more from the network, and says nothing of that. */
  stopReading(): void {
    this.socket.pause();
  }

  readOn(): void {
    this.socket.resume();
  }

  close(): void {
    this.socket.terminate();
  }
}
