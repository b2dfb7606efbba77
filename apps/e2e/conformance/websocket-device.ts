import { type Ack, type CommandName, ERRORS, type ErrorObject, frameType } from '@parley/protocol';
import { type PlainFrame, type PlainOptions, WebSocketClient } from '@parley/testkit';
import type { Device, DeviceListener, DeviceOptions } from './device.contract.js';
import { EVENT_NAMES } from './table.js';
import { TIMEOUT_MS } from './watchers.js';

const EVENT_BY_TYPE = new Map(EVENT_NAMES.map((name) => [frameType(name), name]));
const COME_BACK = new Set(Object.values(ERRORS).flatMap(({ close, retryable }) => (retryable && close ? [close] : [])));

/** A bare WebSocket at `/ws`, that comes back by itself if that is set. */
export class WebSocketDevice implements Device {
  private client!: WebSocketClient;
  private readonly acks = new Map<string, (ack: Ack<object>) => void>();
  /** What is given before the connection is open. */
  private early: object[] = [];
  private asked = 0;
  private taken = 0;
  private isClosed = false;
  private refusal: ErrorObject | null = null;

  constructor(
    private readonly url: string,
    private readonly options: DeviceOptions,
    private readonly listener: DeviceListener,
    private readonly onFrame: (frame: PlainFrame) => void,
  ) {
    this.connect();
  }

  ask(name: string, payloads: readonly unknown[]): Promise<Ack<object>> {
    const { promise, resolve, reject } = Promise.withResolvers<Ack<object>>();
    this.asked += 1;
    const id = `a${this.asked}`;
    const timer = setTimeout(() => reject(new Error(`${name} was not acknowledged.`)), TIMEOUT_MS);
    this.acks.set(id, resolve);
    this.send({ id, type: frameType(name as CommandName), data: payloads.length > 1 ? payloads : payloads[0] });
    return promise.finally(() => clearTimeout(timer));
  }

  give(name: string, payload: unknown): void {
    this.send({ type: frameType(name as CommandName), data: payload });
  }

  drop(): void {
    this.client.socket.terminate();
  }

  close(): void {
    this.isClosed = true;
    this.client.close();
  }

  private send(frame: object): void {
    if (this.client.socket.readyState === this.client.socket.OPEN) this.client.send(frame);
    else this.early.push(frame);
  }

  private connect(): void {
    const { auth } = this.options;
    if (typeof auth === 'function') auth((given) => this.open(given));
    else this.open(auth ?? {});
  }

  private open(auth: object): void {
    const { token } = auth as { token?: unknown };
    const headers = (this.options.extraHeaders ?? {}) as Record<string, string>;
    const isFirstFrame = typeof token !== 'string' && headers.authorization === undefined;
    const options: PlainOptions = typeof token === 'string' ? { token, headers } : { headers };
    const client = new WebSocketClient(this.url, options);
    this.client = client;
    this.taken = 0;
    this.refusal = null;
    client.socket.on('open', () => {
      this.listener.connected();
      if (isFirstFrame) client.send({ type: 'auth', data: auth });
      for (const frame of this.early) client.send(frame);
      this.early = [];
    });
    client.onChange(() => this.look(client));
  }

  private look(client: WebSocketClient): void {
    for (const text of client.texts.slice(this.taken)) this.take(JSON.parse(text) as PlainFrame);
    this.taken = client.texts.length;
    if (client.closed) this.ended(client.closed.code);
  }

  private take(frame: PlainFrame): void {
    const { id, ack, type = '', data } = frame;
    if (!ack) this.onFrame(frame);
    const name = EVENT_BY_TYPE.get(type);
    if (ack) this.acks.get(String(id))?.(ack);
    else if (name) this.listener.received(name, data);
    else if (type === 'error') this.refusal = (data as { error: ErrorObject }).error;
  }

  private ended(code: number): void {
    const { refusal, client } = this;
    const isLost = code === 1006 && !client.refused;
    const mayReturn = isLost || COME_BACK.has(code);
    if (refusal || client.refused) this.listener.ended('connect_error', refusal);
    else this.listener.ended(mayReturn ? 'transport close' : 'io server disconnect');
    if (this.options.reconnection && mayReturn && !this.isClosed) setTimeout(() => this.connect(), 1);
  }
}
