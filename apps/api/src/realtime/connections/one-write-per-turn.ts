import type { Duplex } from 'node:stream';
import type { Server } from 'socket.io';
import type { EngineConnection, EngineTransport, OutgoingPacket } from './engine-connection.js';
import { OutgoingQueue, type TurnEnd } from './outgoing-queue.js';
import { type SlowConsumer, type SlowConsumers, sizeOf } from './slow-consumers.js';
import { streamOf } from './stream-keeping-server.js';

/**
 * Half of the cost of a delivery is its system call, and a batch makes many frames ready at once. So a connection that
 * gets its first packet of a turn keeps it back until the turn ends, with all that follow; and whenever a connection
 * flushes, be it then or after a slow write or an upgrade, its stream is corked until it has handed everything over.
 *
 * What is queued is counted on the way: who does not take it is closed by `readers`.
 */
export function oneWritePerTurn(engine: Server['engine'], readers: SlowConsumers): void {
  const cork = corker();
  const turn = new Turn();
  engine.on('connection', (connection: EngineConnection) => {
    const reader = readers.watch(connection);
    const queue = new OutgoingQueue(connection, reader, turn);
    connection.on('packetCreate', (packet) => {
      turn.delay(connection.transport);
      queue.created(packet);
    });
    connection.on('flush', (packets) => {
      reader.flushing(keepBack(connection, packets));
      const isOneWrite = queue.flushing(packets);
      cork(connection.transport, reader, isOneWrite);
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

/** What is kept back until the turn ends: packets of transports, and events of connections. */
class Turn implements TurnEnd {
  private transports: EngineTransport[] = [];
  private queues: OutgoingQueue[] = [];
  private isEnding = false;

  add(queue: OutgoingQueue): void {
    this.end();
    this.queues.push(queue);
  }

  delay(transport: EngineTransport): void {
    // Not writable: it is sending, or delayed already. Polling answers one request with all it has anyway.
    if (!transport.writable || transport.name !== 'websocket') return;
    transport.writable = false;
    this.end();
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

  private end(): void {
    if (!this.isEnding) setImmediate(this.releaseAll);
    this.isEnding = true;
  }

  private readonly releaseAll = (): void => {
    // With those that are added on the way.
    for (const queue of this.queues) queue.handOver();
    this.queues = [];
    // What could not be handed over is packets of those now.
    const { transports } = this;
    this.transports = [];
    this.isEnding = false;
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
function corker(): (transport: EngineTransport, reader: SlowConsumer, isOneWrite: boolean) => void {
  let corked: { stream: Duplex; reader: SlowConsumer }[] = [];
  const release = () => {
    const flushed = corked;
    corked = [];
    for (const { stream, reader } of flushed) {
      stream.uncork();
      reader.flushed(stream);
    }
  };
  return ({ socket }, reader, isOneWrite) => {
    const stream = socket && streamOf(socket);
    if (!stream) return;
    if (corked.length === 0) queueMicrotask(release);
    if (!isOneWrite) stream.cork();
    corked.push({ stream, reader });
  };
}
