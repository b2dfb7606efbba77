import type {
  Ack,
  Announced,
  ClientToServerEvents,
  CommandName,
  Commands,
  ErrorObject,
  EventName,
  Events,
  ServerToClientEvents,
} from '@parley/protocol';
import { io, type Socket } from 'socket.io-client';
import { Refusal } from '../clients/http-client.js';
import { durable } from './durable-events.js';
import type { Heard, Journal } from './journal.js';

export interface LiveSocketOptions {
  url: string;
  token: string;
  journal: Journal;
  /** A durable event. */
  onHeard: (heard: Heard) => void;
  onReady?: (announced: Announced) => void;
  onLost?: () => void;
}

/** A plain socket.io-client with its default options, which comes back by itself or not at all. */
export class LiveSocket {
  /** Counts its connections. */
  connection = 0;
  isReady = false;
  private readonly socket: Socket<ServerToClientEvents, ClientToServerEvents>;

  constructor(private readonly options: LiveSocketOptions) {
    const { url, token, journal } = options;
    // WebSocket at once: a balancer without stickiness would tear long polling apart.
    this.socket = io(url, { auth: { token }, transports: ['websocket'], forceNew: true });
    this.socket.on('connect', () => {
      this.connection += 1;
      journal.link('opened', this.connection);
    });
    this.socket.onAny((name: EventName, payload: Events[EventName]) => this.hear(name, payload));
    this.socket.on('disconnect', (reason) => {
      this.isReady = false;
      journal.link('lost', this.connection, reason);
      options.onLost?.();
    });
  }

  /** Sends a command. Rejects with the refusal, or when there was no answer in time or the connection ended. */
  async command<Name extends CommandName>(
    name: Name,
    payload: Commands[Name]['payload'],
    timeoutMs: number,
  ): Promise<Commands[Name]['result']> {
    // The client would keep it for the next connection, when it is not wanted any more.
    if (!this.socket.connected) throw new Error('not connected');
    const { promise, resolve, reject } = Promise.withResolvers<Ack<Commands[Name]['result']>>();
    const ended = () => reject(new Error('the connection ended'));
    const timer = setTimeout(() => reject(new Error('timeout')), timeoutMs);
    this.socket.once('disconnect', ended);
    (this.socket as Socket).emit(name, payload, resolve);
    const answer = await promise.finally(() => {
      clearTimeout(timer);
      this.socket.off('disconnect', ended);
    });
    if (answer.success) return answer;
    throw new Refusal((answer as { error: ErrorObject }).error);
  }

  close(): void {
    this.options.journal.close();
    this.socket.disconnect();
  }

  private hear(name: EventName, payload: Events[EventName]): void {
    const { journal, onReady, onHeard } = this.options;
    if (name === 'ready') {
      this.isReady = true;
      journal.link('ready', this.connection);
      onReady?.(payload as Announced);
      return;
    }
    const heard = durable(name, payload);
    if (heard) onHeard(heard);
  }
}
