import {
  type Ack,
  BEARER_SUBPROTOCOL,
  type ErrorObject,
  type EventName,
  type Events,
  frameType,
  SUBPROTOCOL,
} from '@parley/protocol';
import { WebSocket } from 'ws';
import { eventually } from './eventually.js';

/** A frame as it came: an acknowledgement, an event, or an error. */
export interface PlainFrame {
  id?: string | number;
  ack?: Ack<object>;
  type?: string;
  data?: unknown;
}

export interface PlainOptions {
  /** With its query; `/ws` where missing. */
  path?: string;
  /** Goes as a subprotocol, as browsers send it. */
  token?: string;
  protocols?: readonly string[];
  headers?: Readonly<Record<string, string>>;
}

/** A WebSocket as anybody opens it, at `/ws` or wherever else text is sent and received. */
export class WebSocketClient {
  /** What came, in order, as it was written. */
  readonly texts: string[] = [];
  /** Code and reason of the close frame; 1006 where there was none. */
  closed: { code: number; reason: string } | null = null;
  /** Where the upgrade was refused: status and body. */
  refused: { status: number; body: string } | null = null;
  readonly socket: WebSocket;
  private readonly listeners: (() => void)[] = [];
  private asked = 0;

  constructor(url: string, { path = '/ws', token, protocols, headers = {} }: PlainOptions = {}) {
    const named = token === undefined ? [] : [SUBPROTOCOL, `${BEARER_SUBPROTOCOL}${token}`];
    this.socket = new WebSocket(url.replace(/^http/, 'ws') + path, [...(protocols ?? named)], { headers });
    this.socket.on('message', (data: Buffer) => this.note(() => this.texts.push(data.toString())));
    this.socket.on('close', (code, reason) =>
      this.note(() => {
        this.closed = { code, reason: reason.toString() };
      }),
    );
    this.socket.on('error', () => undefined);
    this.socket.on('unexpected-response', (_request, response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        this.refused = { status: response.statusCode ?? 0, body: Buffer.concat(parts).toString() };
        this.socket.terminate();
      });
    });
  }

  /** One that has its `ready`. */
  static async open(url: string, options: PlainOptions): Promise<WebSocketClient> {
    const client = new WebSocketClient(url, options);
    await client.event('ready');
    return client;
  }

  /** Calls back whenever something has come, or the connection has ended. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  get frames(): PlainFrame[] {
    return this.texts.map((text) => JSON.parse(text) as PlainFrame);
  }

  /** An object as a frame, or a text as it is. */
  send(frame: object | string): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  /** Gives a command; its acknowledgement. */
  async ask<Result = object>(type: string, data?: unknown): Promise<Ack<Result>> {
    this.asked += 1;
    const id = `c${this.asked}`;
    this.send({ id, type, data });
    return (await this.until(`${type} is acknowledged`, (frame) => frame.id === id)).ack as Ack<Result>;
  }

  /** The error of a command that has to be refused. */
  async refusal(type: string, data?: unknown): Promise<ErrorObject> {
    const ack = await this.ask(type, data);
    if (ack.success) throw new Error(`${type} was not refused.`);
    return ack.error;
  }

  /** The first event of this name that fits, come or yet to come. */
  async event<Name extends EventName>(
    name: Name,
    fits: (payload: Events[Name]) => boolean = () => true,
  ): Promise<Events[Name]> {
    const frame = await this.until(
      `${name} comes`,
      ({ type, data }) => type === frameType(name) && fits(data as Events[Name]),
    );
    return frame.data as Events[Name];
  }

  /** All events of this name so far. */
  events<Name extends EventName>(name: Name): Events[Name][] {
    return this.frames.flatMap(({ type, data }) => (type === frameType(name) ? [data as Events[Name]] : []));
  }

  /** The first frame that fits. */
  until(what: string, fits: (frame: PlainFrame) => boolean): Promise<PlainFrame> {
    return eventually(what, () => {
      const found = this.frames.find(fits);
      if (!found && this.closed) throw new Error(`It was closed before ${what}: ${JSON.stringify(this.closed)}`);
      return found ?? null;
    });
  }

  /** Resolves with its close code. */
  async end(timeoutMs?: number): Promise<number> {
    return (await eventually('the connection ends', () => this.closed, timeoutMs)).code;
  }

  close(): void {
    this.socket.close();
  }

  private note(change: () => void): void {
    change();
    for (const listener of this.listeners) listener();
  }
}
