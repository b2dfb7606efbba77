import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

/** A packet on its way out, as Engine.IO announces it. */
export interface OutgoingPacket {
  readonly data?: string | Uint8Array;
}

/** An Engine.IO connection, as far as its documented events and its transport go. */
export interface EngineConnection {
  readonly transport: EngineTransport;
  /** With `true` it ends at once, whatever is queued. */
  close(discard?: boolean): void;
  /** `packetCreate`: a packet was added; `flush`: the queue is about to be handed to the transport. */
  on(event: 'packetCreate', listener: (packet: OutgoingPacket) => void): void;
  on(event: 'flush', listener: () => void): void;
  on(event: 'close', listener: (reason: string) => void): void;
}

export interface EngineTransport {
  readonly name: string;
  /** Whether a flush may hand packets over; the transport itself sets it to false while it sends. */
  writable: boolean;
  /** Of a WebSocket. */
  readonly socket?: WebSocket;
  /** Of long polling: the answer that the next packets leave in, if the client waits for one. */
  readonly res?: ServerResponse | null;
  /** How long a polling client may take to hear that it was closed, in milliseconds. */
  closeTimeout?: number;
  /** `ready` tells the connection to flush what it has. */
  emit(event: 'ready'): void;
  /** All that was handed over has left this process. */
  once(event: 'drain', listener: () => void): void;
}

export interface ReaderLimits {
  /** Buffered for one connection, in its queue and in its stream together. */
  bytes: number;
  /** How long what was handed over may take to leave this process. */
  seconds: number;
}

/** How often connections are looked at that do not take what they are sent. */
const LOOK_MS = 1_000;
/** Who is closed may still hear why, if they read at all. */
const LAST_WORD_MS = 500;

/**
 * Keeps what is buffered for connections within bounds: who does not read is closed, and what waited for them is freed
 * at once. They lose nothing, since whoever comes back resumes completely.
 */
export class SlowReaders {
  /** Those whose stream has not taken all that it was given, and those who poll. Usually empty. */
  private readonly stalled = new Set<SlowReader>();
  private looking: NodeJS.Timeout | null = null;

  constructor(
    readonly limits: ReaderLimits,
    /** Tells of a connection that is about to be closed; returns what it may be sent as a last word. */
    readonly onSlow: (connection: EngineConnection, bytes: number) => string,
  ) {}

  watch(connection: EngineConnection): SlowReader {
    return new SlowReader(connection, this);
  }

  /** A look a second, as long as there is anybody to look at. */
  suspect(reader: SlowReader): void {
    this.stalled.add(reader);
    this.looking ??= setInterval(() => this.look(), LOOK_MS).unref();
  }

  acquit(reader: SlowReader): void {
    this.stalled.delete(reader);
    if (this.stalled.size > 0 || !this.looking) return;
    clearInterval(this.looking);
    this.looking = null;
  }

  /** Looks are counted and not the time, which passes for everybody while this process itself stands still. */
  private look(): void {
    for (const reader of this.stalled) if (reader.looked() >= this.limits.seconds) reader.cut();
  }
}

/** What is buffered for one connection. Its first two methods are called for every packet and every flush. */
export class SlowReader {
  /** How often in a row it was found not to have taken what it was given. */
  private looks = 0;
  /** In the queue, about: characters, which are bytes in most texts. */
  private queuedBytes = 0;
  /** In the stream, when it last took less than it was given. */
  private pendingBytes = 0;
  /** Answers to polls that have not left yet, with their sizes. */
  private answers: Map<ServerResponse, number> | null = null;
  private isCut = false;

  constructor(
    private readonly connection: EngineConnection,
    private readonly readers: SlowReaders,
  ) {
    const { transport } = connection;
    if (transport.closeTimeout !== undefined) transport.closeTimeout = CLOSE_MS;
    connection.on('close', (reason) => this.ended(reason));
  }

  /** Counts a packet that is being queued. Returns whether that is too much. */
  queued(packet: OutgoingPacket): boolean {
    this.queuedBytes += packet.data === undefined ? 1 : packet.data.length;
    return this.queuedBytes + this.pendingBytes > this.readers.limits.bytes;
  }

  /** The queue is about to be handed over. */
  flushing(): void {
    const answer = this.connection.transport.res;
    if (answer) this.answering(answer, this.queuedBytes);
    this.queuedBytes = 0;
  }

  /** The queue was handed over to this stream. */
  flushed(stream: Duplex): void {
    if (stream.writableLength > 0) this.stall(stream.writableLength);
  }

  /** Looks whether it has taken all. Returns how many looks in a row it has not. */
  looked(): number {
    const { name, writable } = this.connection.transport;
    // Who polls has taken all once they ask for more.
    const hasTaken = name === 'polling' ? writable && this.pendingBytes === 0 : this.pendingBytes === 0;
    this.looks = hasTaken ? 0 : this.looks + 1;
    if (hasTaken && name !== 'polling') this.readers.acquit(this);
    return this.looks;
  }

  /** Closes it, once the present turn is over: whoever is queueing packets now goes on with the next connection. */
  cutSoon(): void {
    if (!this.isCut) setImmediate(() => this.cut());
    this.isCut = true;
  }

  cut(): void {
    this.isCut = true;
    this.readers.acquit(this);
    const { connection } = this;
    const { socket } = connection.transport;
    const answers = [...(this.answers?.keys() ?? [])];
    const word = this.readers.onSlow(connection, this.queuedBytes + this.pendingBytes);
    // Behind what the stream still holds, which is at most one flush; the queue is dropped.
    socket?.send(word, () => undefined);
    connection.close(true);
    for (const answer of answers) answer.destroy();
    if (socket) setTimeout(() => socket.terminate(), LAST_WORD_MS).unref();
  }

  private stall(bytes: number): void {
    const { connection } = this;
    const isNew = this.pendingBytes === 0;
    this.pendingBytes = bytes;
    if (bytes > this.readers.limits.bytes) this.cutSoon();
    if (!isNew) return;
    this.readers.suspect(this);
    connection.transport.once('drain', () => this.drained());
  }

  private drained(): void {
    this.pendingBytes = 0;
    this.looks = 0;
    this.readers.acquit(this);
  }

  /** A poll's answer has left when its response closes; until then a client may open further polls without reading. */
  private answering(answer: ServerResponse, bytes: number): void {
    this.answers ??= new Map();
    this.answers.set(answer, bytes);
    this.pendingBytes += bytes;
    this.readers.suspect(this);
    answer.once('close', () => {
      this.answers?.delete(answer);
      this.pendingBytes = Math.max(0, this.pendingBytes - bytes);
    });
  }

  /** One that does not answer to pings will not answer to a polite close either. */
  private ended(reason: string): void {
    this.readers.acquit(this);
    if (reason === 'ping timeout') this.connection.transport.socket?.terminate();
  }
}

/** How long a client may take to agree to a close, in milliseconds. */
export const CLOSE_MS = 2_000;
