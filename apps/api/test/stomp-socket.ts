import { eventually, readStompFrame, type StompFrame, writeStompFrame } from '@parley/testkit';
import type { ClientOptions } from 'ws';
import { RawSocket } from './raw-socket.js';

export interface StompMessage extends StompFrame {
  /** The body, where it is JSON. */
  json: any;
}

export type Headers = Record<string, string>;

/** STOMP 1.2 letter by letter, for what no client library would send. */
export class StompSocket {
  private readonly raw: RawSocket;
  private subscriptions = 0;

  constructor(url: string, { path = '/stomp', ...options }: ClientOptions & { path?: string } = {}) {
    this.raw = new RawSocket(url, options, path);
  }

  /** One that is connected, with its own queues subscribed to, and `ready`. */
  static async open(url: string, token: string): Promise<StompSocket> {
    const socket = new StompSocket(url);
    await socket.connected({ Authorization: `Bearer ${token}` });
    for (const queue of ['acks', 'errors', 'messages']) await socket.subscribe(`/user/queue/${queue}`);
    await socket.event('ready');
    return socket;
  }

  /** Once the connection is open and, if it is let in, has its CONNECTED. */
  async connected(headers: Headers = {}): Promise<StompMessage> {
    await this.opened();
    this.write('CONNECT', { 'accept-version': '1.2', ...headers });
    return this.first('CONNECTED or ERROR', ({ command }) => command === 'CONNECTED' || command === 'ERROR');
  }

  async opened(): Promise<void> {
    await this.raw.opened();
  }

  /** Resolves with its RECEIPT. */
  async subscribe(destination: string): Promise<void> {
    this.subscriptions += 1;
    const id = `s${this.subscriptions}`;
    this.write('SUBSCRIBE', { id, destination, receipt: id });
    await this.receipt(id);
  }

  /** Sends a text; its RECEIPT comes with the commit. */
  async say(conversationId: string, content: string, more: object = {}): Promise<void> {
    const receipt = crypto.randomUUID();
    this.send('/app/chat.send', { conversationId, content, ...more }, { receipt });
    await this.receipt(receipt);
  }

  send(destination: string, body: unknown, headers: Headers = {}): void {
    this.write('SEND', { destination, ...headers }, JSON.stringify(body));
  }

  write(command: string, headers: Headers = {}, body = ''): void {
    this.raw.send(writeStompFrame(command, headers, body));
  }

  writeBinary(data: Buffer): void {
    this.raw.sendBinary(data);
  }

  get closed(): number | null {
    return this.raw.closed;
  }

  get refused() {
    return this.raw.refused;
  }

  /** All frames so far, heart-beats left out. */
  get frames(): StompMessage[] {
    return this.raw.frames.filter((frame) => frame !== '\n').map(parsed);
  }

  /** The names of all events of this destination, in order. */
  eventsOf(destination: string): StompMessage[] {
    return this.frames.filter(({ headers }) => headers.destination === destination);
  }

  first(what: string, fits: (frame: StompMessage) => boolean): Promise<StompMessage> {
    return eventually(`${what} comes; there were ${this.summary()}, closed: ${this.closed}`, () =>
      this.frames.find(fits),
    );
  }

  receipt(id: string): Promise<StompMessage> {
    return this.first(`RECEIPT ${id}`, ({ headers }) => headers['receipt-id'] === id);
  }

  event(name: string, fits: (payload: any) => boolean = () => true): Promise<StompMessage> {
    return this.first(name, ({ headers, json }) => headers.event === name && fits(json));
  }

  /** The code of its ERROR, and that of the close behind it. */
  async ended(): Promise<{ error: string | undefined; closed: number | null }> {
    await eventually(`the connection is closed; there were ${this.summary()}`, () => this.closed);
    const last = this.frames.at(-1);
    return { error: last?.command === 'ERROR' ? last.headers.message : undefined, closed: this.closed };
  }

  close(): void {
    this.raw.close();
  }

  private summary(): string {
    return this.frames.map(({ command, headers }) => headers.event ?? command).join(' ');
  }
}

function parsed(text: string): StompMessage {
  const frame = readStompFrame(text);
  return { ...frame, json: frame.body.startsWith('{') ? JSON.parse(frame.body) : null };
}
