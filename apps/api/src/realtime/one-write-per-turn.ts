import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Server } from 'socket.io';
import { type WebSocket, WebSocketServer } from 'ws';

/** An Engine.IO connection, as far as its documented events and its transport go. */
interface EngineConnection {
  readonly transport: EngineTransport;
  on(event: 'packetCreate', listener: () => void): void;
}

interface EngineTransport {
  readonly name: string;
  /** Whether a flush may hand packets over; the transport itself sets it to false while it sends. */
  writable: boolean;
  readonly socket?: WebSocket;
  /** `ready` tells the connection to flush what it has. */
  emit(event: 'ready'): void;
}

const streams = new WeakMap<WebSocket, Duplex>();

/** Remembers the TCP stream below each WebSocket, also where the connection began as polling. */
export class StreamKeepingServer extends WebSocketServer {
  override handleUpgrade(
    request: IncomingMessage,
    stream: Duplex,
    head: Buffer,
    callback: (client: InstanceType<typeof WebSocket>, request: IncomingMessage) => void,
  ): void {
    super.handleUpgrade(request, stream, head, (socket, upgraded) => {
      streams.set(socket, stream);
      callback(socket, upgraded);
    });
  }
}

/**
 * Half of the cost of a delivery is its system call, and a batch makes many frames ready at once. So a connection that
 * gets its first packet of a turn keeps it back until the turn ends, with all that follow, and then hands them over
 * with the stream corked: everything that a socket gets within one turn of the event loop leaves in one write.
 */
export function oneWritePerTurn(engine: Server['engine']): void {
  let held: EngineTransport[] = [];
  const release = () => {
    const transports = held;
    held = [];
    for (const transport of transports) flush(transport);
  };
  engine.on('connection', (connection: EngineConnection) => {
    connection.on('packetCreate', () => {
      const { transport } = connection;
      // Not writable: it is sending, or held already. Polling answers one request with all it has anyway.
      if (!transport.writable || transport.name !== 'websocket') return;
      transport.writable = false;
      if (held.length === 0) setImmediate(release);
      held.push(transport);
    });
  });
}

function flush(transport: EngineTransport): void {
  const stream = transport.socket && streams.get(transport.socket);
  stream?.cork();
  transport.writable = true;
  transport.emit('ready');
  stream?.uncork();
}
