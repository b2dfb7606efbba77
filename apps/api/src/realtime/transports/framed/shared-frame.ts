import type { WebSocket } from 'ws';
import * as library from 'ws';

interface FrameOptions {
  fin: boolean;
  opcode: number;
  mask: boolean;
  readOnly: boolean;
  rsv1: boolean;
}

/** What `ws` has besides its documented interface; Engine.IO uses the same for what it broadcasts. */
interface Sender {
  sendFrame(buffers: readonly Buffer[], sent: (fault?: Error | null) => void): void;
}
const { Sender } = library as unknown as { Sender: { frame(data: Buffer, options: FrameOptions): Buffer[] } };

const TEXT: FrameOptions = { fin: true, opcode: 1, mask: false, readOnly: true, rsv1: false };

/** A text that many connections are sent, as the bytes of one WebSocket message, made once. */
export class SharedFrame {
  private readonly bytes: readonly Buffer[];

  constructor(readonly text: string) {
    this.bytes = [Buffer.concat(Sender.frame(Buffer.from(text), TEXT))];
  }

  sendOn(socket: WebSocket, sent: (fault?: Error | null) => void): void {
    const { _sender: sender } = socket as unknown as { _sender: Sender };
    // What is closing reports that in its own way.
    if (socket.readyState === socket.OPEN) sender.sendFrame(this.bytes, sent);
    else socket.send(this.text, sent);
  }
}
