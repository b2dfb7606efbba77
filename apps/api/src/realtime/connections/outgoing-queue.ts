import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { EngineConnection, EngineTransport, OutgoingPacket } from './engine-connection.js';
import { type EventRun, joinPackets, MOST_JOINED, RunPart, type SharedEvent } from './event-run.js';
import type { SlowConsumer } from './slow-consumers.js';
import { streamOf } from './stream-keeping-server.js';

/** An Engine.IO connection as packets are put on it. */
interface WritableConnection extends EngineConnection {
  readonly readyState: string;
  readonly writeBuffer: readonly OutgoingPacket[];
  write(data: string, options: object): void;
}

/** Whether Engine.IO's WebSocket hands on frames as it gets them: not where it compresses. */
interface FrameTransport extends EngineTransport {
  readonly _canSendPreEncodedFrame?: (this: EngineTransport, packet: object) => boolean;
}

/** What happens at the end of a turn, or before it. */
export interface TurnEnd {
  /** Calls `handOver` when the turn ends. */
  add(queue: OutgoingQueue): void;
  /** Has what Engine.IO has queued written now. */
  release(transport: EngineTransport): void;
}

const FRAMED = { options: { wsPreEncodedFrame: [] } };
const NOTHING = Buffer.alloc(0);
const queues = new WeakMap<object, OutgoingQueue>();

/**
 * What one connection gets of the events that many get. They wait here until the turn ends or anything else is queued for
 * the connection, so that everything leaves in the order in which it came. Then they are written by one call, past
 * Engine.IO and `ws`, where neither holds anything back; else they are packets of Engine.IO like all others.
 */
export class OutgoingQueue {
  private readonly connection: WritableConnection;
  private parts: RunPart[] = [];

  constructor(
    connection: EngineConnection,
    private readonly reader: SlowConsumer,
    private readonly turn: TurnEnd,
  ) {
    this.connection = connection as WritableConnection;
    queues.set(connection, this);
    this.queueBeforeClose(this.connection);
  }

  /** The one of an Engine.IO connection. */
  static of(connection: object): OutgoingQueue | undefined {
    return queues.get(connection);
  }

  /** Queues an event of a run, which stands there at this index. */
  push(run: EventRun, event: SharedEvent, index: number): void {
    if (this.connection.readyState !== 'open') return;
    if (this.parts.length === 0 && !this.takesRuns) return this.connection.write(event.data, event);
    this.count(event);
    if (this.parts.at(-1)?.extend(run, index)) return;
    if (this.parts.push(new RunPart(run, index)) === 1) this.turn.add(this);
  }

  /** Engine.IO is about to queue a packet. */
  created(packet: OutgoingPacket): void {
    // Its events were counted as they came.
    if (packet.options instanceof RunPart) return;
    this.queueParts();
    this.count(packet);
  }

  /** Engine.IO is about to hand over these packets. They are made one, where they can be; returns whether they are one. */
  flushing(packets: OutgoingPacket[]): boolean {
    const { socket } = this.connection.transport;
    // On one that is closing, what is sent has to fail, or to stay behind its close, as `ws` sees to it.
    if (!this.takesFrames || socket?.readyState !== socket?.OPEN) return false;
    if (packets.length > 1) joinPackets(packets);
    return packets.length === 1;
  }

  /** The turn ends. */
  handOver(): void {
    const stream = this.idleStream;
    const buffers = stream && this.buffers();
    if (stream && buffers) this.write(stream, buffers);
    else this.queueParts();
  }

  /** Much in one turn is no fault of the reader's, who has not been given any of it: what waits is written now. */
  private count(packet: OutgoingPacket): void {
    if (!this.reader.queued(packet)) return;
    this.queueParts();
    this.turn.release(this.connection.transport);
  }

  private queueParts(): void {
    const { parts } = this;
    if (parts.length === 0) return;
    this.parts = [];
    for (const part of parts) this.connection.write(part.data, part);
  }

  /** All that waits; null where that is nothing, or too much of several runs. */
  private buffers(): readonly Buffer[] | null {
    const { parts } = this;
    const { transport } = this.connection;
    if (parts.length === 0) return null;
    if (transport.bytesOf) {
      // What speaks there may close the connection over it.
      this.parts = [];
      return transport.bytesOf(eventsOf(parts));
    }
    const buffers = parts.map((part) => part.bytes);
    if (buffers.length === 1) return buffers;
    const size = buffers.reduce((sum, { length }) => sum + length, 0);
    return size > MOST_JOINED ? null : [Buffer.concat(buffers, size)];
  }

  private write(stream: Duplex, buffers: readonly Buffer[]): void {
    const { reader } = this;
    this.parts = [];
    reader.flushing([]);
    const last = buffers.at(-1);
    if (!last || this.connection.readyState !== 'open') return;
    const isEncrypted = (stream as Partial<TLSSocket>).encrypted === true;
    if (buffers.length > 1) stream.cork();
    for (let at = 0; at < buffers.length - 1; at += 1) stream.write(buffers[at]);
    if (isEncrypted) this.writeAndWait(stream, last);
    else stream.write(last);
    if (buffers.length > 1) stream.uncork();
    if (stream.writableLength === 0) return;
    // Not all of it was taken. To learn of it costs more than the write where it was, as it mostly is.
    if (!isEncrypted) this.writeAndWait(stream, NOTHING);
    reader.flushed(stream);
  }

  /** Nothing more is handed over until it was taken, as where Engine.IO writes. What encrypts never takes it at once. */
  private writeAndWait(stream: Duplex, bytes: Buffer): void {
    const { transport } = this.connection;
    transport.writable = false;
    stream.write(bytes, (fault) => {
      // The stream's end is the connection's, and is reported as that.
      if (fault) return;
      transport.emit('drain');
      transport.writable = true;
      transport.emit('ready');
    });
  }

  /** The stream, where whatever came before has left this process, and nothing is about to end. */
  private get idleStream(): Duplex | null {
    const { readyState, writeBuffer, transport } = this.connection;
    if (readyState !== 'open' || writeBuffer.length > 0 || !transport.writable || !this.takesRuns) return null;
    const { socket } = transport;
    if (!socket || socket.readyState !== socket.OPEN || socket.bufferedAmount > 0) return null;
    return streamOf(socket) ?? null;
  }

  /** Who is closed politely is still given what came before. */
  private queueBeforeClose(connection: WritableConnection): void {
    const close = connection.close.bind(connection);
    connection.close = (discard) => {
      if (!discard) this.queueParts();
      return close(discard);
    };
  }

  /** Long polling does not, and who is about to leave it is still there. */
  private get takesRuns(): boolean {
    return this.connection.transport.bytesOf !== undefined || this.takesFrames;
  }

  private get takesFrames(): boolean {
    const transport = this.connection.transport as FrameTransport;
    const { _canSendPreEncodedFrame: canSend } = transport;
    return canSend?.call(transport, FRAMED) ?? false;
  }
}

const eventsOf = (parts: readonly RunPart[]): readonly SharedEvent[] =>
  parts.length === 1 && parts[0] ? parts[0].events : parts.flatMap(({ events }) => events);
