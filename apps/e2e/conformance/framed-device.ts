import { type Ack, ERRORS, type ErrorObject } from '@parley/protocol';
import type { WebSocketClient } from '@parley/testkit';
import type { Device, DeviceListener, DeviceOptions } from './device.contract.js';
import { TIMEOUT_MS } from './watchers.js';

const COME_BACK = new Set(Object.values(ERRORS).flatMap(({ close, retryable }) => (retryable && close ? [close] : [])));

/** A client that speaks in texts over a bare WebSocket. It comes back by itself if that is set. */
export abstract class FramedDevice implements Device {
  protected client!: WebSocketClient;
  /** Why the last connection was refused. */
  protected refusal: ErrorObject | null = null;
  private readonly acks = new Map<string, (ack: Ack<object>) => void>();
  private asked = 0;
  private taken = 0;
  private isClosed = false;

  constructor(
    protected readonly options: DeviceOptions,
    protected readonly listener: DeviceListener,
  ) {}

  ask(name: string, payloads: readonly unknown[]): Promise<Ack<object>> {
    const { promise, resolve, reject } = Promise.withResolvers<Ack<object>>();
    this.asked += 1;
    const id = `a${this.asked}`;
    const timer = setTimeout(() => reject(new Error(`${name} was not acknowledged.`)), TIMEOUT_MS);
    this.acks.set(id, resolve);
    this.command(name, payloads.length > 1 ? payloads : payloads[0], id);
    return promise.finally(() => clearTimeout(timer));
  }

  give(name: string, payload: unknown): void {
    this.command(name, payload, null);
  }

  drop(): void {
    this.client.socket.terminate();
  }

  close(): void {
    this.isClosed = true;
    this.client.close();
  }

  /** Opens a connection with what `auth` is in Socket.IO's client. */
  protected abstract open(auth: object): WebSocketClient;

  /** Sends a command, now or once it may; with an id it is to be acknowledged. */
  protected abstract command(name: string, payload: unknown, id: string | null): void;

  /** A text has come. */
  protected abstract take(text: string): void;

  protected acknowledged(id: string, ack: Ack<object>): void {
    this.acks.get(id)?.(ack);
  }

  protected connect(): void {
    const { auth } = this.options;
    if (typeof auth === 'function') auth((given) => this.begin(given));
    else this.begin(auth ?? {});
  }

  private begin(auth: object): void {
    const client = this.open(auth);
    this.client = client;
    this.taken = 0;
    this.refusal = null;
    client.onChange(() => this.look(client));
  }

  private look(client: WebSocketClient): void {
    for (const text of client.texts.slice(this.taken)) this.take(text);
    this.taken = client.texts.length;
    if (client.closed) this.ended(client.closed.code);
  }

  private ended(code: number): void {
    const { refusal, client } = this;
    const mayReturn = (code === 1006 && !client.refused) || COME_BACK.has(code);
    if (refusal || client.refused) this.listener.ended('connect_error', refusal);
    else this.listener.ended(mayReturn ? 'transport close' : 'io server disconnect');
    if (this.options.reconnection && mayReturn && !this.isClosed) setTimeout(() => this.connect(), 1);
  }
}
