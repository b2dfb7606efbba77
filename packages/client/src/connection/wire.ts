import {
  type Ack,
  type CommandName,
  type Commands,
  type ErrorObject,
  type EventName,
  type Events,
  isErrorObject,
} from '@parley/protocol';
import { io } from 'socket.io-client';
import { deferred } from '../deferred.js';
import { urlOf } from '../http/http.js';
import { SdkError } from '../sdk-error.js';
import { isOfToken } from './tokens.js';

/** What this package needs of a socket.io-client `Socket`. */
export interface ClientSocket {
  readonly connected: boolean;
  on(name: string, listener: (...args: never[]) => void): unknown;
  onAny(listener: (name: string, payload: unknown) => void): unknown;
  emit(name: string, ...args: unknown[]): unknown;
  disconnect(): unknown;
}

/** What socket.io-client's `io` is called with. */
export interface SocketOptions {
  path: string;
  auth: { token: string };
  transports: ('websocket' | 'polling')[];
  tryAllTransports: boolean;
  reconnection: false;
  forceNew: true;
  timeout: number;
  withCredentials: true;
}

export type SocketOpener = (url: string, options: SocketOptions) => ClientSocket;

/** How a wire ended, as the state table names it, and the server's reason, if it gave one. */
export interface WireEnd {
  how: 'lost' | 'refused' | 'tokenRefused';
  error: ErrorObject | null;
}

export interface WireOptions {
  url: string;
  token: string;
  openSocket?: SocketOpener;
  /** Long polling first: where something on the way swallows WebSockets without a word. */
  pollingFirst: boolean;
  /** Every event, in the order of arrival. */
  onEvent: <Name extends EventName>(name: Name, payload: Events[Name]) => void;
  /** At most once, and not after `close`. */
  onEnd: (end: WireEnd) => void;
}

const HANDSHAKE_MS = 8_000;

/** One socket from its opening to its end. It never comes back; the connection opens another one. */
export class Wire {
  readonly #socket: ClientSocket;
  readonly #unanswered = new Set<(error: SdkError) => void>();
  #closing: ErrorObject | null = null;
  #hasEnded = false;

  constructor(private readonly options: WireOptions) {
    const { url, token, pollingFirst, openSocket = io } = options;
    // Beside `api`, whatever path both are below.
    const { origin, pathname } = new URL(urlOf({ url, path: '../socket.io' }));
    this.#socket = openSocket(origin, {
      path: pathname,
      auth: { token },
      transports: pollingFirst ? ['polling', 'websocket'] : ['websocket', 'polling'],
      tryAllTransports: true,
      reconnection: false,
      forceNew: true,
      timeout: HANDSHAKE_MS,
      // For the cookie of a proxy that keeps long polling on one node.
      withCredentials: true,
    });
    this.#socket.onAny((name, payload) => this.#hear(name, payload));
    this.#socket.on('disconnect', (reason: string) => this.#end(this.#afterDisconnect(reason)));
    this.#socket.on('connect_error', (error: Error & { data?: unknown }) => this.#end(afterRefusal(error.data)));
  }

  /**
   * Sends a command and waits for its acknowledgement. Rejects with the server's refusal, `offline` where the connection
   * ended first, `timeout` after `ms`, and `too_large` for what would cost the connection.
   */
  ask<Name extends CommandName>(
    name: Name,
    payload: Commands[Name]['payload'],
    { frameBytes, ms }: { frameBytes: number; ms: number },
  ): Promise<Commands[Name]['result']> {
    // socket.io-client would keep it and send it late, after an order that is not ours.
    if (this.#hasEnded || !this.#socket.connected) return Promise.reject(noConnection());
    if (new TextEncoder().encode(JSON.stringify(payload)).length > frameBytes - FRAME_HEAD) {
      return Promise.reject(new SdkError('too_large', 'The request is too large.', { retryable: false }));
    }
    const { promise, resolve, reject } = deferred<Commands[Name]['result']>();
    const timer = setTimeout(() => reject(new SdkError('timeout', 'No answer in time.')), ms);
    this.#unanswered.add(reject);
    this.#socket.emit(name, payload, (answer: Ack<Commands[Name]['result']>) => {
      if (answer.success) resolve(answer);
      else reject(SdkError.from(answer.error));
    });
    return promise.finally(() => {
      clearTimeout(timer);
      this.#unanswered.delete(reject);
    });
  }

  /** Ends all callbacks. Returns whether there could have been one until now. */
  close(): boolean {
    if (this.#hasEnded) return false;
    this.#hasEnded = true;
    for (const reject of this.#unanswered) reject(noConnection());
    this.#socket.disconnect();
    return true;
  }

  #hear(name: string, payload: unknown): void {
    if (this.#hasEnded) return;
    if (name === 'server:closing') {
      const { error } = payload as Events['server:closing'];
      if (isErrorObject(error)) this.#closing = error;
    }
    this.options.onEvent(name as EventName, payload as Events[EventName]);
    // A refusal with a wait counts from now, whenever the server closes.
    if (this.#closing?.retryAfterMs !== undefined) this.#end(afterRefusal(this.#closing));
  }

  #end(end: WireEnd): void {
    if (this.close()) this.options.onEnd(end);
  }

  #afterDisconnect(reason: string): WireEnd {
    if (this.#closing) return afterRefusal(this.#closing);
    // Hung up on without a word: it does not want us back soon.
    return { how: reason === 'io server disconnect' ? 'refused' : 'lost', error: null };
  }
}

/** Room for the name, the number of the acknowledgement and the framing. */
const FRAME_HEAD = 256;

export function noConnection(): SdkError {
  return new SdkError('offline', 'No connection.');
}

/** Without an error object of ours something else has answered, or nothing: the server has decided nothing. */
function afterRefusal(data: unknown): WireEnd {
  if (!isErrorObject(data)) return { how: 'lost', error: null };
  if (isOfToken(data)) return { how: 'tokenRefused', error: data };
  return { how: data.retryable ? 'lost' : 'refused', error: data };
}
