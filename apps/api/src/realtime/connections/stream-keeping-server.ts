import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { CLOSE_MS } from './slow-consumers.js';

/** Each piece of a message is kept with far more than its bytes until the last one comes; browsers make a few. */
const MOST_FRAGMENTS = 1_024;

const streams = new WeakMap<WebSocket, Duplex>();

/** Remembers the TCP stream below each WebSocket, also where the connection began as polling. */
export class StreamKeepingServer extends WebSocketServer {
  constructor(options: ServerOptions) {
    super({ ...options, closeTimeout: CLOSE_MS, maxFragments: MOST_FRAGMENTS } as ServerOptions);
  }

  override handleUpgrade(
    request: IncomingMessage,
    stream: Duplex,
    head: Buffer,
    callback: (client: InstanceType<typeof WebSocket>, request: IncomingMessage) => void,
  ): void {
    super.handleUpgrade(request, stream, head, (socket, upgraded) => {
      keepStream(socket, stream);
      callback(socket, upgraded);
    });
  }
}

export const keepStream = (socket: WebSocket, stream: Duplex): void => void streams.set(socket, stream);

/** The TCP stream below a WebSocket, or TLS above it. */
export const streamOf = (socket: WebSocket): Duplex | undefined => streams.get(socket);
