import type { WebSocket } from 'ws';
import { textFrame } from '../../connections/event-run.js';

/** What `ws` has besides its documented interface; Engine.IO uses the same for what it broadcasts. */
interface Sender {
  sendFrame(buffers: readonly Buffer[], sent: (fault?: Error | null) => void): void;
}

/** A text that many connections are sent, as the bytes of one WebSocket message, made once. */
export class SharedFrame {
  /** What it was last joined with, from this one on, and what that became. */
  private row: readonly SharedFrame[] = [];
  private whole: SharedFrame | null = null;

  constructor(
    readonly text: string,
    /** As it is sent. */
    readonly bytes: Buffer = Buffer.concat(textFrame(text)),
  ) {}

  /** In bytes, as it is sent. */
  get size(): number {
    return this.bytes.length;
  }

  /** Several in a row as one, made once for all connections that are sent the same. */
  static join(row: readonly SharedFrame[]): SharedFrame {
    const [first] = row;
    if (!first || row.length === 1) return first as SharedFrame;
    const isKnown = first.row.length === row.length && row.every((frame, at) => frame === first.row[at]);
    if (isKnown && first.whole) return first.whole;
    first.row = row;
    first.whole = new SharedFrame(first.text, Buffer.concat(row.map(({ bytes }) => bytes)));
    return first.whole;
  }

  sendOn(socket: WebSocket, sent: (fault?: Error | null) => void): void {
    const { _sender: sender } = socket as unknown as { _sender: Sender };
    // What is closing reports that in its own way.
    if (socket.readyState === socket.OPEN) sender.sendFrame([this.bytes], sent);
    else socket.send(this.text, sent);
  }
}
