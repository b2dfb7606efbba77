import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { EngineConnection, OutgoingPacket } from './engine-connection.js';
import { LineMeter } from './line-meter.js';

/** An Engine.IO connection with what it keeps to itself: how it takes a ping that is not answered in time. */
interface PingedConnection extends EngineConnection {
  onClose(reason: string, ...more: unknown[]): void;
  resetPingTimeout(): void;
  sendPacket(type: 'ping'): void;
}

export interface ConsumerLimits {
  /** Buffered for one connection, in its queue and in its stream together; for a moment eight times as much. */
  bytes: number;
  /** How long what was handed over may take to leave this process. */
  seconds: number;
}

/** How often connections are looked at that do not take what they are sent. */
const LOOK_MS = 1_000;
/** How many times the limit may be buffered until the next look; beyond that it is looked at sooner. */
const MOST_TIMES = 8;
/** Enough for a client that reads to take a good part of what one turn gave it. */
const SOON_MS = 250;
/** Looks in a row after which a connection is slow that has more than the limit waiting and takes nothing of it. */
const IDLE_LOOKS = 2;
/** The first one may come right after something was handed over. */
const FEWEST_LOOKS = 2;
/** Bytes a second: who reads as much is not slow while they have less than the limit waiting for them. */
const PACE = 10_240;
/** For a last notice to a client that still reads. */
const LAST_WORD_MS = 500;

/**
 * Bounds what is buffered for connections: a connection that is not read is closed, and its buffer freed at once. Its
 * client loses nothing, since a reconnecting client resumes completely.
 *
 * A large buffer alone does not prove a slow client: one turn can bring more than the limit to all members of a
 * conversation, and no client can have read what was handed over in the same turn. So no connection is judged in that
 * turn, and one that goes on reading is left alone, unless it has eight times the limit or takes longer than it may.
 */
export class SlowConsumers {
  /** Those whose stream has not taken all that it was given, and those who poll. Usually empty. */
  private readonly stalled = new Set<SlowConsumer>();
  private looking: NodeJS.Timeout | null = null;

  constructor(
    readonly limits: ConsumerLimits,
    /** Called with a connection that is about to be closed; returns the last frame that it may be sent. */
    readonly onSlow: (connection: EngineConnection, bytes: number) => string,
  ) {}

  watch(connection: EngineConnection): SlowConsumer {
    return new SlowConsumer(connection, this);
  }

  /** Looks at it every second until it is removed. */
  addStalled(reader: SlowConsumer): void {
    this.stalled.add(reader);
    this.looking ??= setInterval(() => this.look(), LOOK_MS).unref();
  }

  removeStalled(reader: SlowConsumer): void {
    this.stalled.delete(reader);
    if (this.stalled.size > 0 || !this.looking) return;
    clearInterval(this.looking);
    this.looking = null;
  }

  /** Looks are counted and not the time, which passes for everybody while this process itself stands still. */
  private look(): void {
    for (const reader of this.stalled) if (reader.isSlow()) reader.evict();
  }
}

/** What is buffered for one connection. Its first two methods are called for every packet and every flush. */
export class SlowConsumer {
  /** How often in a row it was found not to have taken all that it was given. */
  private looks = 0;
  /** How often in a row it was found with more than the limit, and to have taken next to nothing since the last look. */
  private idleLooks = 0;
  /** In the queue, about: characters, which are bytes in most texts. */
  private queuedBytes = 0;
  /** In the stream, when it last took less than it was given. */
  private pendingBytes = 0;
  /** What of that had not left at the last look. Infinite where everything has left since. */
  private lastUnsent = Number.POSITIVE_INFINITY;
  /** What has left this process since looks began to be counted. */
  private left = 0;
  private readonly line: LineMeter;
  private pingTimeouts = 0;
  private stream: Duplex | null = null;
  /** Answers to polls that have not left yet, with their sizes. */
  private answers: Map<ServerResponse, number> | null = null;
  private soon: NodeJS.Timeout | null = null;

  constructor(
    private readonly connection: EngineConnection,
    private readonly readers: SlowConsumers,
  ) {
    const { transport } = connection;
    this.line = LineMeter.of(connection);
    if (transport.closeTimeout !== undefined) transport.closeTimeout = CLOSE_MS;
    connection.on('close', (reason) => this.ended(reason));
    connection.on('heartbeat', () => this.answered());
    this.extendPingTimeout(this.pinged);
  }

  /** Counts a packet that is being queued. Returns whether it is the one that goes beyond the limit. */
  queued(packet: OutgoingPacket): boolean {
    const before = this.bufferedBytes;
    const size = sizeOf(packet);
    this.queuedBytes += size;
    this.count(packet, size);
    return before + size > this.readers.limits.bytes && this.overfull(before, before + size);
  }

  /** The queue is about to be handed over, all but what is kept for the next time. */
  flushing(kept: readonly OutgoingPacket[]): void {
    const keptBytes = kept.reduce((sum, packet) => sum + sizeOf(packet), 0);
    const answer = this.connection.transport.res;
    // Who polls again has read what came before, also where no look ever finds them waiting.
    if (answer && this.pendingBytes === 0) [this.looks, this.left] = [0, 0];
    if (answer) this.answering(answer, this.queuedBytes - keptBytes);
    this.queuedBytes = keptBytes;
  }

  /** The queue was handed over to this stream. */
  flushed(stream: Duplex): void {
    if (stream.writableLength > 0) this.stall(stream);
  }

  /** One look. Returns whether it has to be closed. */
  isSlow(): boolean {
    const { name, writable } = this.connection.transport;
    const { bytes, seconds } = this.readers.limits;
    const unsent = this.unsent();
    // A polling client has taken everything once its next request is there.
    const hasTaken = this.pendingBytes === 0 && (name !== 'polling' || writable);
    const isOver = this.bufferedBytes > bytes;
    if (Number.isFinite(this.lastUnsent)) this.left += Math.max(0, this.lastUnsent - unsent);
    const keepsPace = !isOver && this.left >= PACE * this.looks;
    this.looks = hasTaken ? 0 : this.looks + 1;
    if (hasTaken || (keepsPace && this.looks >= FEWEST_LOOKS)) [this.looks, this.left] = [0, 0];
    // At this pace the limit would have left in the time that it may take.
    this.idleLooks = isOver && this.lastUnsent - unsent < bytes / seconds ? this.idleLooks + 1 : 0;
    this.lastUnsent = unsent;
    if (hasTaken && !isOver && name !== 'polling') this.readers.removeStalled(this);
    return this.looks >= Math.max(seconds, FEWEST_LOOKS) || this.idleLooks >= IDLE_LOOKS || this.isFarOver;
  }

  /**
   * Engine.IO closes a connection whose ping is not answered in time. But the ping waits behind all that was handed over
   * before it, most of it in buffers of the system that cannot be read: a client that reads at `PACE` gets that time.
   */
  private extendPingTimeout(connection: PingedConnection): void {
    const close = connection.onClose.bind(connection);
    connection.onClose = (reason, ...more) => {
      const waits = reason === 'ping timeout' && this.pingTimeouts < this.pingExtensions;
      if (!waits) return close(reason, ...more);
      this.pingTimeouts += 1;
      connection.resetPingTimeout();
    };
  }

  private get pinged(): PingedConnection {
    return this.connection as PingedConnection;
  }

  /** Clients close a connection on which no ping comes in time, so little may be queued before the next one. */
  private count({ type }: OutgoingPacket, size: number): void {
    if (type === 'ping') return this.line.handPing();
    if (this.line.isPingDue(size)) this.ping();
    if (this.line.hand(size)) setImmediate(() => this.ping());
  }

  private ping(): void {
    this.pinged.sendPacket('ping');
  }

  /** How many more times a ping's answer is waited for. */
  private get pingExtensions(): number {
    const waiting = Math.min(this.line.unread, this.readers.limits.bytes);
    return Math.floor(waiting / PACE / (PING_TIMEOUT_MS / 1_000));
  }

  private answered(): void {
    this.line.answered();
    this.pingTimeouts = 0;
  }

  private get bufferedBytes(): number {
    return this.queuedBytes + this.pendingBytes;
  }

  private get isFarOver(): boolean {
    return this.queuedBytes + this.unsent() > MOST_TIMES * this.readers.limits.bytes;
  }

  evict(): void {
    this.readers.removeStalled(this);
    const { connection } = this;
    const { socket } = connection.transport;
    const answers = [...(this.answers?.keys() ?? [])];
    const word = this.readers.onSlow(connection, this.bufferedBytes);
    // Behind what the stream still holds, which is one flush; the queue is dropped.
    socket?.send(word, () => undefined);
    connection.close(true);
    for (const answer of answers) answer.destroy();
    if (socket) setTimeout(() => socket.terminate(), LAST_WORD_MS).unref();
  }

  /** Whether what is queued goes beyond the limit with this step. */
  private overfull(before: number, after: number): boolean {
    const { bytes } = this.readers.limits;
    this.readers.addStalled(this);
    if (after > MOST_TIMES * bytes) this.soon ??= setTimeout(() => this.lookedSoon(), SOON_MS).unref();
    return before <= bytes;
  }

  /** So much may have come in one turn: it counts what is still there now. */
  private lookedSoon(): void {
    this.soon = null;
    if (this.isFarOver) this.evict();
  }

  /** What was handed over and is still in this process. */
  private unsent(): number {
    if (this.pendingBytes === 0) return 0;
    if (this.stream) return unsentOf(this.stream);
    let sum = 0;
    for (const [answer, bytes] of this.answers ?? []) sum += answer.socket ? unsentOf(answer.socket) : bytes;
    return sum;
  }

  private stall(stream: Duplex): void {
    const isNew = this.pendingBytes === 0;
    this.pendingBytes = stream.writableLength;
    this.stream = stream;
    if (!isNew) return;
    this.lastUnsent = Number.POSITIVE_INFINITY;
    this.readers.addStalled(this);
    this.connection.transport.once('drain', () => this.drained());
  }

  private drained(): void {
    this.pendingBytes = 0;
    this.lastUnsent = Number.POSITIVE_INFINITY;
    this.looks = 0;
    this.readers.removeStalled(this);
  }

  /** A poll's answer has left when its response closes; until then a client may open further polls without reading. */
  private answering(answer: ServerResponse, bytes: number): void {
    this.answers ??= new Map();
    this.answers.set(answer, bytes);
    this.pendingBytes += bytes;
    this.lastUnsent = Number.POSITIVE_INFINITY;
    this.readers.addStalled(this);
    answer.once('close', () => {
      this.answers?.delete(answer);
      this.left += bytes;
      this.pendingBytes = Math.max(0, this.pendingBytes - bytes);
      this.lastUnsent = Number.POSITIVE_INFINITY;
    });
  }

  /** One that does not answer to pings will not answer to a polite close either. */
  private ended(reason: string): void {
    this.readers.removeStalled(this);
    if (this.soon) clearTimeout(this.soon);
    if (reason === 'ping timeout') this.connection.transport.socket?.terminate();
  }
}

interface Handle {
  writeQueueSize?: number;
  /** Of TLS: the connection below, to which it has handed everything. */
  _parent?: Handle;
}

/**
 * A stream counts what it was given in one go as a whole, and keeps it, until the last byte has left, and so does the
 * handle of one that encrypts; how far it has come only the lowest handle knows.
 */
export function unsentOf(stream: Duplex): number {
  const { _handle: handle } = stream as { _handle?: Handle | null };
  const { _parent: below = handle } = handle ?? {};
  const { writeQueueSize = Number.POSITIVE_INFINITY } = below ?? {};
  return Math.min(stream.writableLength, writeQueueSize);
}

/** In characters, which are bytes in most texts. */
export const sizeOf = ({ data }: OutgoingPacket): number => data?.length ?? 1;

/** How long a client may take to answer a ping, if nothing else waits for it. */
export const PING_TIMEOUT_MS = 8_000;
/** How long a client may take to agree to a close, in milliseconds. */
export const CLOSE_MS = 2_000;
