import { EventEmitter } from 'node:events';
import { transports } from 'engine.io';
import * as library from 'ws';
import type { OutgoingPacket } from './engine-connection.js';

interface FrameOptions {
  fin: boolean;
  opcode: number;
  mask: boolean;
  readOnly: boolean;
  rsv1: boolean;
}

/** What `ws` has besides its documented interface, and Engine.IO uses as well for what it broadcasts. */
interface SenderClass {
  new (stream: object): object;
  frame(data: Buffer, options: FrameOptions): Buffer[];
}
const { Sender } = library as unknown as { Sender: SenderClass };

const TEXT: FrameOptions = { fin: true, opcode: 1, mask: false, readOnly: true, rsv1: false };
/** By which Engine.IO says that a packet is a message. */
const MESSAGE = '4';

/** The frame of a text, as a server sends it: unmasked, and so the same for every connection. In one piece or two. */
export const textFrame = (text: string): Buffer[] => Sender.frame(Buffer.from(text), TEXT);

/** An event for many connections. As Engine.IO takes the options of a packet, which this is for who gets it by itself. */
export class SharedEvent {
  readonly preEncoded = true;
  /** Engine.IO sets it. */
  compress = true;
  private encoded: Buffer[] | null = null;

  constructor(
    /** As Socket.IO encodes it. */
    readonly data: string,
  ) {}

  get wsPreEncodedFrame(): Buffer[] {
    this.encoded ??= textFrame(MESSAGE + this.data);
    return this.encoded;
  }
}

/** Events that many connections get one after the other within one turn. Their frames are joined once for all of them. */
export class EventRun {
  readonly events: SharedEvent[] = [];
  private joined: Buffer | null = null;
  /** Where in that each event begins, and where the last one ends. */
  private readonly places: number[] = [0];

  /** Once somebody was given its bytes, nothing is added any more. */
  get isSealed(): boolean {
    return this.joined !== null;
  }

  /** Returns the index at which it stands. */
  add(event: SharedEvent): number {
    return this.events.push(event) - 1;
  }

  /** The frames of the events from one index up to, not including, another. */
  bytes(from: number, to: number): Buffer {
    this.joined ??= this.join();
    if (from === 0 && to === this.events.length) return this.joined;
    return this.joined.subarray(this.places[from], this.places[to]);
  }

  private join(): Buffer {
    let end = 0;
    const frames = this.events.flatMap(({ wsPreEncodedFrame }) => wsPreEncodedFrame);
    for (const { wsPreEncodedFrame } of this.events) {
      for (const { length } of wsPreEncodedFrame) end += length;
      this.places.push(end);
    }
    return Buffer.concat(frames, end);
  }
}

/** What one connection gets of a run: one packet of Engine.IO, to whose options this is, and one write. */
export class RunPart {
  readonly preEncoded = true;
  /** Engine.IO sets it. */
  compress = true;
  private to: number;

  /** The first event, as Engine.IO takes the data of a packet. */
  readonly data: string;

  /** @param from the index of the event with which it begins */
  constructor(
    private readonly run: EventRun,
    private readonly from: number,
  ) {
    this.data = run.events[from]?.data ?? '';
    this.to = from + 1;
  }

  /** Takes the event at this index as well, if that is the next of the same run. Returns whether it is. */
  extend(run: EventRun, index: number): boolean {
    if (run !== this.run || index !== this.to) return false;
    this.to += 1;
    return true;
  }

  get events(): readonly SharedEvent[] {
    const { events } = this.run;
    return this.from === 0 && this.to === events.length ? events : events.slice(this.from, this.to);
  }

  get bytes(): Buffer {
    return this.run.bytes(this.from, this.to);
  }

  /** Engine.IO hands it to `ws` as it is. */
  get wsPreEncodedFrame(): Buffer[] {
    return [this.bytes];
  }
}

/**
 * What is copied for one connection to be written at once, at most: for more, the system calls are the lesser cost, and who
 * reads slowly would keep a copy of what others share.
 */
export const MOST_JOINED = 65_536;

/** Makes one packet of Engine.IO of several, where all are text and together small. */
export function joinPackets(packets: OutgoingPacket[]): void {
  const frames: Buffer[] = [];
  let size = 0;
  for (const { type, data, options } of packets) {
    const { wsPreEncodedFrame } = options as Partial<SharedEvent>;
    if (!wsPreEncodedFrame && (type !== 'message' || typeof data !== 'string')) return;
    for (const frame of wsPreEncodedFrame ?? textFrame(MESSAGE + data)) {
      frames.push(frame);
      size += frame.length;
    }
    if (size > MOST_JOINED) return;
  }
  const joined = { type: 'message', options: { wsPreEncodedFrame: [Buffer.concat(frames, size)] } };
  packets.splice(0, packets.length, joined);
}

/** Whether the versions that are installed write what is given to them here, and nothing else. */
export function handsOnFrames(): boolean {
  const run = new EventRun();
  const part = new RunPart(run, run.add(new SharedEvent('a')));
  part.extend(run, run.add(new SharedEvent('b')));
  const written: unknown[] = [];
  const stream = { cork: () => undefined, uncork: () => undefined, write: (bytes: unknown) => written.push(bytes) };
  try {
    const websocket = Object.assign(new EventEmitter(), { _sender: new Sender(stream) });
    const transport = new transports.websocket({ websocket, _query: { EIO: '4' } } as never);
    transport.send([{ type: 'message', data: 'a', options: part as never }]);
    const [bytes] = written;
    const isWhole = Buffer.isBuffer(bytes) && run.bytes(0, 2) === bytes && bytes.toString('latin1') === TWO_FRAMES;
    return isWhole && written.length === 1;
  } catch {
    return false;
  }
}

const TWO_FRAMES = '\x81\x024a\x81\x024b';
