import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Server } from 'socket.io';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import type { EngineConnection, EngineTransport, OutgoingPacket } from './engine-connection.js';
import { CLOSE_MS, type SlowConsumer, type SlowConsumers, sizeOf } from './slow-consumers.js';

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
      streams.set(socket, stream);
      callback(socket, upgraded);
    });
  }
}

/**
 * Half of the cost of a delivery is its system call, and a batch makes many frames ready at once. So a connection that
 * gets its first packet of a turn keeps it back until the turn ends, with all that follow; and whenever a connection
 * flushes, be it then or after a slow write or an upgrade, its stream is corked until it has handed everything over.
 *
 * What is queued is counted on the way: who does not take it is closed by `readers`.
 */
export function oneWritePerTurn(engine: Server['engine'], readers: SlowConsumers): void {
  const cork = corker();
  const delayed = new DelayedTransports();
  engine.on('connection', (connection: EngineConnection) => {
    const reader = readers.watch(connection);
    connection.on('packetCreate', (packet) => {
      const { transport } = connection;
      delayed.add(transport);
      // Much in one turn is no fault of the reader's, who has not been given any of it: what waits is written now.
      if (reader.queued(packet)) delayed.release(transport);
    });
    connection.on('flush', (packets) => {
      reader.flushing(keepBack(connection, packets));
      cork(connection.transport, reader);
    });
  });
}

/** What the answer to one poll holds at most, unless it is one packet. */
const POLL_CHARACTERS = 65_536;

/** An Engine.IO connection with the queue that it keeps to itself. */
interface QueuedConnection extends EngineConnection {
  readyState: string;
  writeBuffer: OutgoingPacket[];
}

/**
 * The answer to a poll is read as a whole, the pings in it too, and everything that is queued would go into one: what
 * is beyond its size stays queued for the next poll. Returns that.
 */
function keepBack(connection: EngineConnection, packets: OutgoingPacket[]): OutgoingPacket[] {
  const queued = connection as QueuedConnection;
  // Who is being closed is given no more than one answer.
  if (connection.transport.name !== 'polling' || queued.readyState !== 'open') return [];
  let size = 0;
  const end = packets.findIndex((packet, at) => {
    size += sizeOf(packet);
    return at > 0 && size > POLL_CHARACTERS;
  });
  if (end < 0) return [];
  const kept = packets.splice(end);
  // Engine.IO empties its queue when it has handed over what is left.
  connection.once('drain', () => queued.writeBuffer.unshift(...kept));
  return kept;
}

/** The transports whose packets are kept back until the turn ends. */
class DelayedTransports {
  private transports: EngineTransport[] = [];

  add(transport: EngineTransport): void {
    // Not writable: it is sending, or delayed already. Polling answers one request with all it has anyway.
    if (!transport.writable || transport.name !== 'websocket') return;
    transport.writable = false;
    if (this.transports.length === 0) setImmediate(this.releaseAll);
    this.transports.push(transport);
  }

  /** Releases one before the turn ends, where it is delayed. */
  release(transport: EngineTransport): void {
    const at = this.transports.indexOf(transport);
    if (at < 0) return;
    // Others keep their places, and the end of the turn is still waited for.
    this.transports[at] = RELEASED;
    free(transport);
  }

  private readonly releaseAll = (): void => {
    const { transports } = this;
    this.transports = [];
    for (const transport of transports) free(transport);
  };
}

/** In the place of a transport that was released ahead of time. */
const RELEASED: EngineTransport = { name: '', writable: false, emit: () => undefined, once: () => undefined };

function free(transport: EngineTransport): void {
  transport.writable = true;
  transport.emit('ready');
}

/** Corks a transport's stream until the flush that is about to begin is over. */
function corker(): (transport: EngineTransport, reader: SlowConsumer) => void {
  let corked: { stream: Duplex; reader: SlowConsumer }[] = [];
  const release = () => {
    const flushed = corked;
    corked = [];
    for (const { stream, reader } of flushed) {
      stream.uncork();
      reader.flushed(stream);
    }
  };
  return ({ socket }, reader) => {
    const stream = socket && streams.get(socket);
    if (!stream) return;
    if (corked.length === 0) queueMicrotask(release);
    stream.cork();
    corked.push({ stream, reader });
  };
}
