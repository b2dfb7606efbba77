import { ERRORS, type ErrorObject, type Events } from '@parley/protocol';
import { Transport } from 'engine.io';
import type { WebSocket } from 'ws';
import type { ConnectionFacts, Credential, OutgoingPacket } from '../../connections/engine-connection.js';
import { MOST_JOINED, RunPart, type SharedEvent, textFrame } from '../../connections/event-run.js';
import { Answer } from './answer.js';
import { type Frame, OutgoingEvent } from './outgoing-event.js';
import { SharedFrame } from './shared-frame.js';

/** What reads and writes the frames of a transport, and answers to Socket.IO. */
export interface Speaker {
  receive(data: Buffer, isBinary: boolean): void;
  event(event: OutgoingEvent): readonly Frame[];
  answer(answer: Answer): readonly Frame[];
  connected(): readonly Frame[];
  refused(error: ErrorObject): readonly Frame[];
  /** Nobody said who they are, in the time that they had; why it is closed. */
  unnamed(): readonly Frame[];
  closed(): void;
}

/** A packet of Engine.IO. */
interface FramedPacket extends OutgoingPacket {
  readonly options?: PacketOptions | RunPart;
}

interface PacketOptions {
  /** Of a broadcast, whose packets share their options. */
  readonly preEncoded?: boolean;
  /** What was read of that. */
  event?: OutgoingEvent;
  /** In place of a packet of Socket.IO. */
  readonly frame?: Frame;
}

interface Ping {
  readonly number: number;
  readonly listeners: readonly (() => void)[];
}

/** Close codes of RFC 6455, where the table of errors has none; who would only repeat it is closed as with `bad_frames`. */
const NORMAL = 1000;
const GOING_AWAY = 1001;
const FAULT = 1011;

const NOTHING: readonly never[] = [];

/**
 * A transport of Engine.IO on which something else than Socket.IO is spoken. Engine.IO's connection stays above it with
 * its queue and its pings, and Socket.IO's socket above that, so all that holds for them holds here. They exchange
 * packets of Socket.IO: each becomes frames here, or nothing.
 */
export class FramedTransport extends Transport {
  facts: ConnectionFacts;
  private speaker: Speaker | null = null;
  private isConnected = false;
  private isLeaving = false;
  private why: ErrorObject | null = null;
  private pings: Ping[] = [];
  private lastPing = 0;
  private afterNextPing: (() => void)[] = [];

  constructor(
    readonly socket: WebSocket,
    facts: Omit<ConnectionFacts, 'credentials'>,
  ) {
    super({ _query: { EIO: '4' } });
    this.facts = { ...facts, credentials: [] };
    socket.on('message', (data: Buffer, isBinary) => this.speaker?.receive(data, isBinary));
    socket.on('pong', (data) => this.ponged(Number(data.toString())));
    socket.on('error', (fault) => this.onError('socket error', fault));
    socket.once('close', () => {
      this.onClose();
      this.speaker?.closed();
    });
    this.writable = true;
  }

  /** So that it is treated as the WebSocket that it is. */
  get name(): string {
    return 'websocket';
  }

  /** What others are sent too is joined once for all of them. */
  bytesOf(events: readonly SharedEvent[]): readonly Buffer[] {
    return this.joined(this.framesOfRun(events)).map(bytesOf);
  }

  speak(speaker: Speaker): void {
    this.speaker = speaker;
  }

  /** Says who is there. */
  identify(credentials: readonly Credential[]): void {
    this.facts = { ...this.facts, credentials };
  }

  /** A packet of Socket.IO comes in. */
  hand(packet: object): void {
    this.onPacket({ type: 'message', data: packet as never });
  }

  /** Calls back when the next ping is answered. */
  afterPong(then: () => void): void {
    this.afterNextPing.push(then);
  }

  noteCloseReason(why: ErrorObject): void {
    this.why = why;
  }

  /** The close is what the client wants. */
  leaves(): void {
    this.isLeaving = true;
  }

  finalPacket(why: ErrorObject): string {
    const event = new OutgoingEvent('server:closing', JSON.stringify({ error: why }), false);
    const [frame = ''] = this.framesOfEvent(event);
    return typeof frame === 'string' ? frame : frame.text;
  }

  override send(packets: readonly OutgoingPacket[]): void {
    this.writable = false;
    let last: Frame | Ping | null = null;
    for (const each of this.joined(packets.flatMap((packet) => this.outgoingOf(packet)))) {
      if (last !== null) this.write(last, this.sent);
      last = each;
    }
    if (last === null) queueMicrotask(this.sentLast);
    else this.write(last, this.sentLast);
  }

  override doClose(done?: () => void): void {
    const { socket } = this;
    if (!this.isConnected && !this.why && !this.discarded && socket.readyState === socket.OPEN)
      for (const frame of this.speaker?.unnamed() ?? []) this.write(frame, () => undefined);
    // What holds it back would hold back the client's side of the close, too.
    socket.resume();
    socket.close(this.closeCode(), this.why?.code);
    done?.();
  }

  private closeCode(): number {
    if (!this.why) return this.isLeaving ? NORMAL : GOING_AWAY;
    const { code, retryable } = this.why;
    return ERRORS[code].close ?? (retryable ? null : ERRORS.bad_frames.close) ?? FAULT;
  }

  /** The same, with frames in a row that others are sent too as one. */
  private joined<Outgoing extends Frame | Ping>(outgoing: readonly Outgoing[]): readonly (Outgoing | SharedFrame)[] {
    if (outgoing.length < 2) return outgoing;
    const joined: (Outgoing | SharedFrame)[] = [];
    let row: SharedFrame[] = [];
    let size = 0;
    const endRow = () => {
      if (row.length > 0) joined.push(SharedFrame.join(row));
      row = [];
      size = 0;
    };
    for (const each of outgoing) {
      if (!(each instanceof SharedFrame)) {
        endRow();
        joined.push(each);
        continue;
      }
      if (size + each.size > MOST_JOINED) endRow();
      row.push(each);
      size += each.size;
    }
    endRow();
    return joined;
  }

  private outgoingOf({ type, data, options }: FramedPacket): readonly (Frame | Ping)[] {
    if (type === 'ping') return [this.nextPing()];
    if (type !== 'message' || !this.speaker) return NOTHING;
    if (options instanceof RunPart) return this.framesOfRun(options.events);
    if (options?.frame !== undefined) return [options.frame];
    const packet = String(data);
    switch (packet[0]) {
      case '0':
        this.isConnected = true;
        this.facts = { ...this.facts, credentials: [] };
        return this.speaker.connected();
      case '2':
        return this.framesOfEvent(eventOf(packet, options));
      case '3':
        return this.speaker.answer(Answer.of(packet));
      case '4':
        this.why = (JSON.parse(packet.slice(1)) as { data: ErrorObject }).data;
        return this.speaker.refused(this.why);
      default:
        return NOTHING;
    }
  }

  private framesOfRun(events: readonly SharedEvent[]): readonly Frame[] {
    const [only] = events;
    if (only && events.length === 1) return this.framesOfEvent(eventOf(only.data, only as PacketOptions));
    return events.flatMap((event) => this.framesOfEvent(eventOf(event.data, event as PacketOptions)));
  }

  private framesOfEvent(event: OutgoingEvent): readonly Frame[] {
    if (event.name === 'server:closing') this.why = (event.payload as Events['server:closing']).error;
    return this.speaker?.event(event) ?? NOTHING;
  }

  private write(outgoing: Frame | Ping, sent: (fault?: Error | null) => void): void {
    if (outgoing instanceof SharedFrame) outgoing.sendOn(this.socket, sent);
    else if (typeof outgoing === 'string') this.socket.send(outgoing, sent);
    else this.ping(outgoing, sent);
  }

  private nextPing(): Ping {
    this.lastPing += 1;
    const ping = { number: this.lastPing, listeners: this.afterNextPing };
    this.afterNextPing = [];
    return ping;
  }

  private ping(ping: Ping, sent: (fault?: Error | null) => void): void {
    this.pings.push(ping);
    this.socket.ping(String(ping.number), false, sent);
  }

  /** A client may answer the latest ping only; what it answers unasked counts for nothing. */
  private ponged(number: number): void {
    const answered = this.pings.findIndex((ping) => ping.number === number);
    for (const { listeners } of this.pings.splice(0, answered + 1)) {
      this.onPacket({ type: 'pong' });
      for (const listener of listeners) listener();
    }
  }

  private readonly sent = (fault?: Error | null): void => {
    if (fault) this.onError('write error', fault);
  };

  private readonly sentLast = (fault?: Error | null): void => {
    if (fault) return this.onError('write error', fault);
    this.emit('drain');
    this.writable = true;
    this.emit('ready');
  };
}

const bytesOf = (frame: Frame): Buffer => (typeof frame === 'string' ? Buffer.concat(textFrame(frame)) : frame.bytes);

function eventOf(packet: string, options?: PacketOptions): OutgoingEvent {
  if (!options?.preEncoded) return OutgoingEvent.of(packet, false);
  options.event ??= OutgoingEvent.of(packet, true);
  return options.event;
}
