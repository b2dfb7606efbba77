import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Server } from 'socket.io';
import { type WebSocket, WebSocketServer } from 'ws';

/** An Engine.IO connection, as far as its documented events and its transport go. */
interface EngineConnection {
  readonly transport: EngineTransport;
  /** `packetCreate`: a packet was added; `flush`: its packets are about to be handed to the transport. */
  on(event: 'packetCreate' | 'flush', listener: () => void): void;
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
 * gets its first packet of a turn keeps it back until the turn ends, with all that follow; and whenever a connection
 * flushes, be it then or after a slow write or an upgrade, its stream is corked until it has handed everything over.
 */
export function oneWritePerTurn(engine: Server['engine']): void {
  const cork = corker();
  const hold = holder();
  engine.on('connection', (connection: EngineConnection) => {
    connection.on('packetCreate', () => hold(connection.transport));
    connection.on('flush', () => cork(connection.transport));
  });
}

/** Keeps a transport's packets back until the turn ends. */
function holder(): (transport: EngineTransport) => void {
  let held: EngineTransport[] = [];
  const release = () => {
    const transports = held;
    held = [];
    for (const transport of transports) {
      transport.writable = true;
      transport.emit('ready');
    }
  };
  return (transport) => {
    // Not writable: it is sending, or held already. Polling answers one request with all it has anyway.
    if (!transport.writable || transport.name !== 'websocket') return;
    transport.writable = false;
    if (held.length === 0) setImmediate(release);
    held.push(transport);
  };
}

/** Corks a transport's stream until the flush that is about to begin is over. */
function corker(): (transport: EngineTransport) => void {
  let corked: Duplex[] = [];
  const release = () => {
    const flushed = corked;
    corked = [];
    for (const stream of flushed) stream.uncork();
  };
  return ({ socket }) => {
    const stream = socket && streams.get(socket);
    if (!stream) return;
    if (corked.length === 0) queueMicrotask(release);
    stream.cork();
    corked.push(stream);
  };
}
