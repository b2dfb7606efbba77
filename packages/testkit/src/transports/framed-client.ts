import type { Ack, CommandName, Commands, EventName, Events } from '@parley/protocol';
import { WebSocket } from 'ws';
import type { ClientListener, ClientOptions, TransportClient } from './transport-client.contract.js';

/** As socket.io-client waits by default before it comes back, times 0.5 to 1.5. */
const BACK = { leastMs: 1_000, mostMs: 5_000 };
const HANDSHAKE_MS = 10_000;
/** The server's pings and heart-beats are 15 s apart at most, and it waits 8 s for an answer. */
const SILENCE_MS = 25_000;
/** Nothing that the same credentials would not meet again. */
const FINAL = 4500;

export interface Address {
  path: string;
  protocols: string[];
}

/** Speaks in texts over a bare WebSocket. It gives up a line on which nothing comes, and comes back as the codes say. */
export abstract class FramedClient implements TransportClient {
  private readonly waiting = new Map<string, PromiseWithResolvers<Ack<object>>>();
  private socket: WebSocket | null = null;
  private asked = 0;
  /** Since it was `ready` last. */
  private attempts = 0;
  private wasReady = false;
  private hasOpened = false;
  private isOver = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    protected readonly options: ClientOptions,
    private readonly listener: ClientListener,
  ) {
    this.connect();
  }

  get isConnected(): boolean {
    return this.hasOpened;
  }

  async ask<Name extends CommandName>(
    name: Name,
    payload: Commands[Name]['payload'],
    timeoutMs: number,
  ): Promise<Ack<Commands[Name]['result']>> {
    if (!this.hasOpened) throw new Error('not connected');
    this.asked += 1;
    const id = `c${this.asked}`;
    const answer = Promise.withResolvers<Ack<object>>();
    const timer = setTimeout(() => answer.reject(new Error('timeout')), timeoutMs);
    this.waiting.set(id, answer);
    this.write(this.commandFrame(id, name, payload));
    const ack = await answer.promise.finally(() => {
      clearTimeout(timer);
      this.waiting.delete(id);
    });
    return ack as Ack<Commands[Name]['result']>;
  }

  close(): void {
    this.isOver = true;
    clearTimeout(this.timer);
    this.socket?.close();
  }

  /** Where the next connection goes. */
  protected abstract address(): Address;

  /** What the first text is; null where the address says all. */
  protected abstract greeting(): string | null;

  protected abstract commandFrame(id: string, name: CommandName, payload: unknown): string;

  protected abstract take(text: string): void;

  /** To be called for each connection that is open, once. */
  protected opened(): void {
    this.hasOpened = true;
    this.listener.opened();
  }

  protected received(name: EventName, payload: Events[EventName]): void {
    if (name === 'ready') [this.wasReady, this.attempts] = [true, 0];
    this.listener.received(name, payload);
  }

  protected write(text: string): void {
    this.socket?.send(text, () => undefined);
  }

  protected acknowledged(id: string, ack: Ack<object>): void {
    this.waiting.get(id)?.resolve(ack);
  }

  /** Called while a connection is there, from time to time. */
  protected beat(): void {}

  private connect(): void {
    const { path, protocols } = this.address();
    const url = this.options.url.replace(/^http/, 'ws') + path;
    const socket = new WebSocket(url, protocols, { handshakeTimeout: HANDSHAKE_MS, perMessageDeflate: false });
    this.socket = socket;
    let heardAt = performance.now();
    const heard = () => {
      heardAt = performance.now();
    };
    const watch = setInterval(() => {
      if (performance.now() - heardAt > SILENCE_MS) socket.terminate();
      else if (this.hasOpened) this.beat();
    }, SILENCE_MS / 5);
    socket.on('open', () => {
      const greeting = this.greeting();
      if (greeting === null) this.opened();
      else this.write(greeting);
    });
    socket.on('ping', heard);
    socket.on('message', (data: Buffer) => {
      heard();
      this.take(data.toString());
    });
    socket.on('error', () => undefined);
    socket.on('close', (code, reason) => {
      clearInterval(watch);
      this.ended(code, reason.toString());
    });
  }

  private ended(code: number, reason: string): void {
    const wasOpen = this.hasOpened;
    this.hasOpened = false;
    for (const { reject } of this.waiting.values()) reject(new Error('the connection ended'));
    if (wasOpen) this.listener.lost(`${code} ${reason}`.trim());
    const { reconnection = true } = this.options;
    if (this.isOver || code >= FINAL || (this.wasReady && !reconnection)) return;
    const ms = Math.min(BACK.leastMs * 2 ** this.attempts, BACK.mostMs) * (0.5 + Math.random());
    this.attempts += 1;
    this.timer = setTimeout(() => this.connect(), ms);
  }
}
