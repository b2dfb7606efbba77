/** Called with a text frame's payload: the bytes from `start` up to `end`, valid only during the call. */
export type OnText = (bytes: Buffer, start: number, end: number) => void;

const NOTHING = Buffer.alloc(0);
const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

/**
 * Cuts what a WebSocket server sends into frames and hands on the text ones, without copying or decoding them.
 * It knows what a server sends to a client that offered no extension: unmasked, unfragmented frames.
 */
export class FrameReader {
  private held: Buffer = NOTHING;

  constructor(
    private readonly onText: OnText,
    private readonly onClose: (code: number) => void,
    private readonly onPing: (payload: Buffer) => void = () => undefined,
  ) {}

  push(chunk: Buffer): void {
    const bytes = this.held.length > 0 ? Buffer.concat([this.held, chunk]) : chunk;
    let at = 0;
    while (at < bytes.length) {
      const next = this.frame(bytes, at);
      if (next === 0) break;
      at = next;
    }
    // The chunk's memory is used again for the next read: what waits for its rest is copied.
    this.held = at < bytes.length ? Buffer.from(bytes.subarray(at)) : NOTHING;
  }

  /** Handles the frame that begins at `at`; answers where the next one begins, or 0 if this one is incomplete. */
  private frame(bytes: Buffer, at: number): number {
    if (bytes.length - at < 2) return 0;
    const short = (bytes[at + 1] as number) & 0x7f;
    const header = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (bytes.length - at < header) return 0;
    const length = short === 126 ? bytes.readUInt16BE(at + 2) : short === 127 ? bytes.readUInt32BE(at + 6) : short;
    const start = at + header;
    const end = start + length;
    if (end > bytes.length) return 0;
    const opcode = (bytes[at] as number) & 0x0f;
    if (opcode === TEXT) this.onText(bytes, start, end);
    else if (opcode === CLOSE) this.onClose(length >= 2 ? bytes.readUInt16BE(start) : 1005);
    else if (opcode === PING) this.onPing(bytes.subarray(start, end));
    return end;
  }
}

/** Any non-zero mask costs a server the same work as a random one. */
const MASK = [0x37, 0xfa, 0x21, 0x3d] as const;

/** A client's text frame: masked, as the protocol demands. */
export const textFrame = (text: string): Buffer => clientFrame(0x80 | TEXT, Buffer.from(text));

/** The answer to a ping. */
export const pongFrame = (payload: Buffer): Buffer => clientFrame(0x80 | PONG, payload);

function clientFrame(first: number, payload: Buffer): Buffer {
  const { length } = payload;
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(header + 4 + length);
  frame[0] = first;
  if (header === 2) frame[1] = 0x80 | length;
  else if (header === 4) {
    frame[1] = 0x80 | 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 0x80 | 127;
    frame.writeUInt32BE(0, 2);
    frame.writeUInt32BE(length, 6);
  }
  frame.set(MASK, header);
  const body = header + 4;
  for (let i = 0; i < length; i += 1) frame[body + i] = (payload[i] as number) ^ (MASK[i & 3] as number);
  return frame;
}
