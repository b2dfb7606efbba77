import type { Socket } from 'node:net';
import { type Direction, type LinkMode, swallows } from './link-mode.js';

/** Beyond this many bytes in hand the sender is left waiting. */
const HELD_MOST = 64 * 1024;
const THROTTLE_STEP_MS = 50;

interface Piece {
  bytes: Buffer;
  /** `performance.now()` at which it may leave. */
  due: number;
}

/** One direction of one connection: reads from one socket and writes to the other as the link's mode demands. */
export class Flow {
  /** Whether anything was swallowed: the stream would be senseless if it went on. */
  broken = false;
  /** Bytes handed on since the mode was set. */
  carried = 0;
  private pieces: Piece[] = [];
  private held = 0;
  private ended = false;
  private draining = false;
  private timer: NodeJS.Timeout | null = null;
  private allowance = 0;
  private allowedAt = performance.now();

  constructor(
    private readonly direction: Direction,
    private readonly from: Socket,
    private readonly to: Socket,
    private mode: LinkMode,
  ) {
    from.on('data', (bytes: Buffer) => this.take(bytes));
    from.on('end', () => this.end());
    to.on('drain', () => {
      this.draining = false;
      this.pump();
    });
    this.pump();
  }

  change(mode: LinkMode): void {
    this.mode = mode;
    this.carried = 0;
    this.allowance = 0;
    this.allowedAt = performance.now();
    for (const piece of this.pieces) piece.due = 0;
    if (swallows(mode, this.direction)) this.swallow();
    this.pump();
  }

  /** Whether an end or a reset of this side is passed on to the other. */
  get tells(): boolean {
    return !swallows(this.mode, this.direction) && this.mode !== 'freeze';
  }

  stop(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.pieces = [];
  }

  private take(bytes: Buffer): void {
    if (swallows(this.mode, this.direction)) {
      this.broken = true;
      return;
    }
    const delay = typeof this.mode === 'object' && 'delayMs' in this.mode ? this.mode.delayMs : 0;
    this.pieces.push({ bytes, due: performance.now() + delay });
    this.held += bytes.length;
    this.pump();
  }

  private end(): void {
    if (swallows(this.mode, this.direction)) {
      this.broken = true;
      return;
    }
    this.ended = true;
    this.pump();
  }

  private swallow(): void {
    if (this.pieces.length > 0) this.broken = true;
    this.pieces = [];
    this.held = 0;
  }

  /** Hands on what may leave now, and sees to it that the rest is looked at again. */
  private pump(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const wait = this.handOn();
    if (wait > 0 && wait < Infinity) this.timer = setTimeout(() => this.pump(), wait);
    if (this.mode === 'freeze') return void this.from.pause();
    if (this.ended && this.pieces.length === 0 && !this.to.writableEnded) this.to.end();
    if (this.draining || this.held >= this.most()) this.from.pause();
    else this.from.resume();
  }

  /** Answers for how many milliseconds the next piece has to wait; 0 where there is none, or it waits for the reader. */
  private handOn(): number {
    while (!this.draining && this.pieces.length > 0) {
      const wait = this.hold();
      if (wait > 0) return wait;
      this.write(this.next());
    }
    return 0;
  }

  private hold(): number {
    if (this.mode === 'freeze') return Infinity;
    if (typeof this.mode !== 'object') return 0;
    const now = performance.now();
    if ('delayMs' in this.mode) return Math.max(0, (this.pieces[0]?.due ?? 0) - now);
    if (!('bytesPerSecond' in this.mode)) return 0;
    const { bytesPerSecond } = this.mode;
    const earned = ((now - this.allowedAt) / 1000) * bytesPerSecond;
    // Never more than a tenth of a second's worth at once, or a quiet connection could save up for a burst.
    this.allowance = Math.min(Math.max(1, bytesPerSecond / 10), this.allowance + earned);
    this.allowedAt = now;
    return this.allowance >= 1 ? 0 : THROTTLE_STEP_MS;
  }

  private next(): Buffer {
    const { bytes } = this.pieces.shift() as Piece;
    if (typeof this.mode !== 'object' || !('bytesPerSecond' in this.mode)) return bytes;
    const size = Math.min(bytes.length, Math.floor(this.allowance));
    this.allowance -= size;
    if (size < bytes.length) this.pieces.unshift({ bytes: bytes.subarray(size), due: 0 });
    return bytes.subarray(0, size);
  }

  private write(bytes: Buffer): void {
    this.held -= bytes.length;
    this.carried += bytes.length;
    if (this.to.writable) this.draining = !this.to.write(bytes);
  }

  /** A throttled link holds next to nothing itself: its sender is to feel it. */
  private most(): number {
    return typeof this.mode === 'object' && 'bytesPerSecond' in this.mode ? 1 : HELD_MOST;
  }
}
