import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Server } from 'socket.io';
import { type WebSocket, WebSocketServer } from 'ws';

/** What Engine.IO's `flush` event names. */
interface EngineConnection {
  transport: { socket?: WebSocket };
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
 * Half of the cost of a delivery is its system call, and a batch makes many frames ready at once. So a connection's
 * stream is corked when the first frame of a turn is flushed to it, and all corked ones are released when the turn
 * ends: everything that a socket gets within one turn of the event loop leaves in one write.
 */
export function oneWritePerTurn(engine: Server['engine']): void {
  let corked: Duplex[] = [];
  const known = new Set<Duplex>();
  const release = () => {
    const streamsOfTurn = corked;
    corked = [];
    known.clear();
    for (const stream of streamsOfTurn) stream.uncork();
  };
  engine.on('flush', (connection: EngineConnection) => {
    const stream = streamOf(connection);
    if (!stream || known.has(stream)) return;
    if (corked.length === 0) setImmediate(release);
    stream.cork();
    corked.push(stream);
    known.add(stream);
  });
}

function streamOf(connection: EngineConnection): Duplex | undefined {
  const { socket } = connection.transport;
  return socket && streams.get(socket);
}
