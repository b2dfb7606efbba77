import type { ClientOptions } from '@parley/client';
import { io, type Socket } from 'socket.io-client';
import { FrameShuffle, type Packet } from './frame-shuffle.js';
import type { Random } from './random.js';
import type { WireLog } from './wire-log.js';

/** The probability of each fault, a frame or a request. */
export interface LineFaults {
  eventDropped: number;
  eventRepeated: number;
  eventHeld: number;
  ackLost: number;
  ackHeld: number;
  commandLost: number;
  requestLost: number;
  answerLost: number;
}

export const NO_FAULTS: LineFaults = {
  eventDropped: 0,
  eventRepeated: 0,
  eventHeld: 0,
  ackLost: 0,
  ackHeld: 0,
  commandLost: 0,
  requestLost: 0,
  answerLost: 0,
};

export const FREQUENT_FAULTS: LineFaults = {
  eventDropped: 0.02,
  eventRepeated: 0.02,
  eventHeld: 0.08,
  ackLost: 0.01,
  ackHeld: 0.05,
  commandLost: 0.01,
  requestLost: 0.02,
  answerLost: 0.03,
};

/** What is patched of a socket.io-client socket: one that calls itself this way and is bound when it connects. */
interface Inside {
  onpacket(packet: Packet): void;
  packet(packet: Packet): void;
  io: { engine?: { close(): void } };
}

const TYPE = { connect: 0, event: 2, ack: 3 };
/** No process listens there. */
const NOWHERE = 'http://127.0.0.1:9';

type Opener = NonNullable<ClientOptions['openSocket']>;

/** One device's way to the server, over all of its lives: real sockets and requests, disturbed at the client's edge. */
export class DisturbedLine {
  faults: LineFaults = NO_FAULTS;
  /** As on a slow line, answers to `sync` are always still to come through the socket; requests pass. */
  isClogged = false;
  /** Nothing gets through, in either direction. */
  private gone = false;
  private socket: Socket | null = null;
  /** Paths of all requests. */
  readonly requests: string[] = [];
  /** Questions that a clogged socket does not answer. */
  private readonly clogging = new Set<number>();
  readonly counts = { clogged: 0, dropped: 0, repeated: 0, held: 0, lost: 0, cuts: 0 };

  constructor(
    private readonly url: string,
    readonly log: WireLog,
    private readonly random: Random,
  ) {}

  readonly openSocket: Opener = (url, options) => {
    const socket = io(this.gone ? NOWHERE : url, { ...options, autoConnect: false });
    this.patch(socket as unknown as Inside);
    this.socket = socket;
    return socket.connect() as unknown as ReturnType<Opener>;
  };

  readonly fetch: typeof fetch = async (input, init) => {
    this.requests.push(input instanceof Request ? input.url : input.toString());
    if (this.gone || this.random.chance(this.faults.requestLost)) throw this.lost();
    const answer = await fetch(input, init);
    if (this.gone || this.random.chance(this.faults.answerLost)) {
      await answer.arrayBuffer();
      throw this.lost();
    }
    return answer;
  };

  get isGone(): boolean {
    return this.gone;
  }

  /** Ends the transport under the socket, without a word to either side. */
  cut(): void {
    this.counts.cuts += 1;
    (this.socket as unknown as Inside | null)?.io.engine?.close();
  }

  leave(): void {
    this.gone = true;
    this.cut();
  }

  comeBack(): void {
    this.gone = false;
  }

  private lost(): TypeError {
    this.counts.lost += 1;
    return new TypeError('fetch failed');
  }

  private patch(socket: Inside): void {
    const shuffle = new FrameShuffle(this.random, socket.onpacket.bind(socket));
    const send = socket.packet.bind(socket);
    socket.onpacket = (packet) => this.incoming(packet, shuffle, socket);
    socket.packet = (packet) => {
      if (packet.type === TYPE.event && packet.id !== undefined) {
        const [name, payload] = packet.data as [string, Record<string, unknown>];
        this.log.command(packet.id, name, payload);
        if (this.isClogged && name === 'sync') this.clogging.add(packet.id);
        if (this.random.chance(this.faults.commandLost)) return this.loseAndCut(socket);
      }
      send(packet);
    };
  }

  private incoming(packet: Packet, shuffle: FrameShuffle, socket: Inside): void {
    if (packet.type === TYPE.event) this.event(packet, shuffle);
    else if (packet.type === TYPE.ack) this.ack(packet, shuffle, socket);
    else {
      if (packet.type === TYPE.connect) {
        // Commands of another socket are numbered from the start again.
        this.clogging.clear();
        this.log.opened();
      }
      shuffle.pass(packet);
    }
  }

  private event(packet: Packet, shuffle: FrameShuffle): void {
    const [name, payload] = packet.data as [string, unknown];
    this.log.event(name, payload);
    // What belongs to the connection itself cannot get lost without the connection.
    if (name === 'ready' || /^(auth|server):/.test(name)) return shuffle.pass(packet);
    const { eventDropped, eventRepeated, eventHeld } = this.faults;
    const chance = this.random.next();
    if (chance < eventDropped) this.counts.dropped += 1;
    else if (chance < eventDropped + eventRepeated) {
      this.counts.repeated += 1;
      shuffle.pass(packet);
      shuffle.hold(packet);
    } else if (chance < eventDropped + eventRepeated + eventHeld) {
      this.counts.held += 1;
      shuffle.hold(packet);
    } else shuffle.pass(packet);
  }

  private ack(packet: Packet, shuffle: FrameShuffle, socket: Inside): void {
    if (this.clogging.delete(packet.id ?? -1)) {
      this.counts.clogged += 1;
      return;
    }
    this.log.ack(packet.id ?? -1, (packet.data as unknown[])[0]);
    if (this.random.chance(this.faults.ackLost)) this.loseAndCut(socket);
    else if (this.random.chance(this.faults.ackHeld)) shuffle.hold(packet);
    else shuffle.pass(packet);
  }

  /** A frame is lost on the way only where the connection dies, which both sides notice a little later. */
  private loseAndCut(socket: Inside): void {
    this.counts.lost += 1;
    setTimeout(() => socket.io.engine?.close(), this.random.between(20, 200)).unref();
  }
}
