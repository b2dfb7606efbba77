import { type Ack, type CommandName, ERRORS, type ErrorObject, type EventName, frameType } from '@parley/protocol';
import { WebSocketClient } from '@parley/testkit';
import type { Device, DeviceListener, DeviceOptions } from './device.contract.js';
import { EVENT_NAMES } from './table.js';
import { TIMEOUT_MS } from './watchers.js';

const EVENT_BY_TYPE = new Map<string, EventName>(EVENT_NAMES.map((name) => [frameType(name), name]));
const COME_BACK = new Set(Object.values(ERRORS).flatMap(({ close, retryable }) => (retryable && close ? [close] : [])));
const QUEUES = ['acks', 'errors', 'messages'].map((name) => `/user/queue/${name}`);

interface StompFrame {
  command: string;
  headers: Map<string, string>;
  body: string;
}

/** STOMP 1.2 as its specification has it, on its own queues only. Comes back by itself if that is set. */
export class StompDevice implements Device {
  private client!: WebSocketClient;
  private readonly acks = new Map<string, (ack: Ack<object>) => void>();
  /** What is given before it is connected. */
  private early: string[] = [];
  private isConnected = false;
  private asked = 0;
  private taken = 0;
  private isClosed = false;
  private refusal: ErrorObject | null = null;

  constructor(
    private readonly url: string,
    private readonly options: DeviceOptions,
    private readonly listener: DeviceListener,
  ) {
    this.connect();
  }

  ask(name: string, payloads: readonly unknown[]): Promise<Ack<object>> {
    const { promise, resolve, reject } = Promise.withResolvers<Ack<object>>();
    this.asked += 1;
    const receipt = `a${this.asked}`;
    const timer = setTimeout(() => reject(new Error(`${name} was not acknowledged.`)), TIMEOUT_MS);
    this.acks.set(receipt, resolve);
    this.send(name, payloads.length > 1 ? payloads : payloads[0], { receipt });
    return promise.finally(() => clearTimeout(timer));
  }

  give(name: string, payload: unknown): void {
    this.send(name, payload, {});
  }

  drop(): void {
    this.client.socket.terminate();
  }

  close(): void {
    this.isClosed = true;
    this.client.close();
  }

  private send(name: string, payload: unknown, headers: Record<string, string>): void {
    const destination = `/app/${frameType(name as CommandName)}`;
    const frame = encode('SEND', { destination, ...headers }, JSON.stringify(payload) ?? '');
    if (this.isConnected) this.client.send(frame);
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
    const client = new WebSocketClient(this.url, { path: '/stomp', protocols: ['v12.stomp'], headers });
    this.client = client;
    this.taken = 0;
    this.refusal = null;
    this.isConnected = false;
    const given: Record<string, string> =
      token === undefined ? {} : { Authorization: `Bearer ${typeof token === 'string' ? token : '{}'}` };
    client.socket.on('open', () => client.send(encode('CONNECT', { 'accept-version': '1.2', ...given })));
    client.onChange(() => this.look(client));
  }

  private look(client: WebSocketClient): void {
    for (const text of client.texts.slice(this.taken)) this.take(decode(text));
    this.taken = client.texts.length;
    if (client.closed) this.ended(client.closed.code);
  }

  private take({ command, headers, body }: StompFrame): void {
    if (command === 'CONNECTED') this.begin();
    else if (command === 'ERROR') this.fail(body);
    else if (command === 'MESSAGE') this.takeMessage(headers, JSON.parse(body) as object);
  }

  private begin(): void {
    this.listener.connected();
    for (const [at, destination] of QUEUES.entries())
      this.client.send(encode('SUBSCRIBE', { id: String(at), destination }));
    for (const frame of this.early) this.client.send(frame);
    this.early = [];
    this.isConnected = true;
  }

  private takeMessage(headers: StompFrame['headers'], body: object): void {
    const event = headers.get('event') ?? '';
    const receipt = headers.get('receipt-id') ?? '';
    const name = EVENT_BY_TYPE.get(event);
    if (event === 'ack') this.acks.get(receipt)?.(body as Ack<object>);
    else if (event === 'error') this.acks.get(receipt)?.({ success: false, ...(body as { error: ErrorObject }) });
    else if (name) this.listener.received(name, body);
  }

  /** Who was let in is told by ERROR what others are told by an event. */
  private fail(body: string): void {
    const { error } = JSON.parse(body) as { error: ErrorObject };
    if (this.isConnected) this.listener.received('server:closing', { error });
    else this.refusal = error;
  }

  private ended(code: number): void {
    const { refusal, client } = this;
    const mayReturn = (code === 1006 && !client.refused) || COME_BACK.has(code);
    if (refusal || client.refused) this.listener.ended('connect_error', refusal);
    else this.listener.ended(mayReturn ? 'transport close' : 'io server disconnect');
    if (this.options.reconnection && mayReturn && !this.isClosed) setTimeout(() => this.connect(), 1);
  }
}

function encode(command: string, headers: Record<string, string>, body = ''): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}`);
  return `${[command, ...lines].join('\n')}\n\n${body}\0`;
}

/** Without what the server need not escape; a heart-beat is a frame without a command. */
function decode(text: string): StompFrame {
  const end = text.indexOf('\n\n');
  const [command = '', ...lines] = text.slice(0, Math.max(0, end)).split('\n');
  const headers = new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
  return { command, headers, body: text.slice(end + 2, text.lastIndexOf('\0')) };
}
