import { LIMITS } from '@parley/protocol';
import { ParleyError } from '../../../kernel/errors.js';
import { FrameHead, textOf } from './frame-head.js';
import { badFrame } from './header-text.js';
import { ReceivedBytes } from './received-bytes.js';
import type { StompVersion } from './version-negotiation.js';

/** A frame as it was received, its headers without escapes. */
export interface StompFrame {
  readonly command: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

const LF = 0x0a;
const CR = 0x0d;
const NUL = 0;
/** A token in the header of a request may be as long. */
const LONGEST_LINE = 16_384;
/** The beginning of a frame, and a message of the WebSocket. */
const MOST_UNREAD = 2 * LIMITS.frameBytes;

/**
 * Makes frames of bytes, however they were cut: several frames in a piece, a frame in several, also within a character.
 * What is kept is bounded by the size of a frame. After a fault nothing more can be read.
 */
export class FrameDecoder {
  /** By which the frames to come are read; null before it is agreed on. */
  version: StompVersion | null = null;
  private readonly received = new ReceivedBytes();
  private head: FrameHead | null = null;
  /** Where in what was received the line begins that is read now, and behind the head the body. */
  private from = 0;
  /** Up to where it was looked at. */
  private seen = 0;

  /** @throws `too_large` where too much came before it was read */
  push(data: Buffer): void {
    if (this.received.length + data.length > MOST_UNREAD) throw tooLarge();
    this.received.append(data);
  }

  /** The next frame; null where more has to come. @throws `bad_frames`, `too_large` */
  next(): StompFrame | null {
    if (this.head === null && !this.beginsFrame()) return null;
    const head = this.readHead();
    const frame = head && this.readBody(head);
    if (!frame) this.received.settle();
    return frame;
  }

  /** Whether a frame has begun, behind the line ends between frames, which are heart-beats. */
  private beginsFrame(): boolean {
    const { view } = this.received;
    let at = 0;
    while (view[at] === LF || (view[at] === CR && view[at + 1] === LF)) at += view[at] === LF ? 1 : 2;
    this.received.drop(at);
    const isHalfLineEnd = view[at] === CR && at + 1 === view.length;
    return at < view.length && !isHalfLineEnd;
  }

  /** Null where lines are missing. */
  private readHead(): FrameHead | null {
    const { view } = this.received;
    this.head ??= new FrameHead(this.version);
    while (!this.head.isComplete) {
      const feed = view.indexOf(LF, this.seen);
      const end = feed < 0 ? view.length : feed;
      const nul = view.subarray(this.seen, end).indexOf(NUL);
      // What comes first decides, wherever the line was cut.
      const isTooLong = (at: number) => at - this.from > LONGEST_LINE || at >= LIMITS.frameBytes;
      if (nul >= 0 && !isTooLong(this.seen + nul)) throw badFrame('frame', 'an empty line ends its headers');
      if (isTooLong(end)) throw tooLarge();
      if (feed < 0) {
        this.seen = end;
        return null;
      }
      this.head.add(view.subarray(this.from, end));
      this.from = this.seen = end + 1;
    }
    return this.head;
  }

  /** Null where bytes of it are missing. */
  private readBody(head: FrameHead): StompFrame | null {
    const { view } = this.received;
    const length = lengthOf(head);
    const end = length === null ? view.indexOf(NUL, this.seen) : this.from + length;
    if ((end < 0 ? view.length : end) >= LIMITS.frameBytes) throw tooLarge();
    if (end < 0 || end >= view.length) {
      this.seen = view.length;
      return null;
    }
    if (view[end] !== NUL) throw badFrame('content-length', 'the body does not end there');
    const body = textOf(view.subarray(this.from, end));
    this.received.drop(end + 1);
    this.head = null;
    this.from = this.seen = 0;
    return { command: head.command, headers: head.headers, body };
  }
}

/** What the client says the body has; null: the body ends at the first NUL. */
function lengthOf({ headers }: FrameHead): number | null {
  const given = headers.get('content-length');
  if (given === undefined) return null;
  if (!/^\d{1,15}$/.test(given)) throw badFrame('content-length', 'must be a number of bytes');
  return Number(given);
}

const tooLarge = (): ParleyError => new ParleyError('too_large', { message: 'The frame is too large.' });
