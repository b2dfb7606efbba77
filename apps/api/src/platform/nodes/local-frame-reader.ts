/** What a frame is: the first byte of its body. */
export const KIND = { subscribe: 1, unsubscribe: 2, message: 3 } as const;

export interface Frame {
  kind: number;
  channel: string;
  payload: Buffer;
  /** As it came, to be passed on. */
  whole: Buffer;
}

const LENGTH_BYTES = 4;
const HEAD_BYTES = LENGTH_BYTES + 3;
/** Nothing on the bus comes near it. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * A frame of the bus of one machine: the length of what follows (4 bytes), its kind (1), the length of the channel's name
 * (2), the name, and the payload.
 */
export function frameOf(kind: number, channel: string, payload = ''): Buffer {
  const [named, content] = [Buffer.byteLength(channel), Buffer.byteLength(payload)];
  const frame = Buffer.allocUnsafe(HEAD_BYTES + named + content);
  frame.writeUInt32BE(HEAD_BYTES - LENGTH_BYTES + named + content);
  frame.writeUInt8(kind, LENGTH_BYTES);
  frame.writeUInt16BE(named, LENGTH_BYTES + 1);
  frame.write(channel, HEAD_BYTES);
  frame.write(payload, HEAD_BYTES + named);
  return frame;
}

/** Takes a stream apart. */
export class LocalFrameReader {
  private rest: Buffer = Buffer.alloc(0);

  /** The frames that are whole with these bytes. @throws where they are no frames. */
  *read(bytes: Buffer): Generator<Frame> {
    let left = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    this.rest = left;
    while (left.length >= HEAD_BYTES) {
      const end = LENGTH_BYTES + left.readUInt32BE();
      if (end > MOST_BYTES || end < HEAD_BYTES) throw new Error('What came on the bus is no frame of it.');
      if (left.length < end) break;
      yield frameIn(left.subarray(0, end));
      left = left.subarray(end);
      this.rest = left;
    }
  }
}

function frameIn(whole: Buffer): Frame {
  const payloadAt = HEAD_BYTES + whole.readUInt16BE(LENGTH_BYTES + 1);
  const channel = whole.toString('utf8', HEAD_BYTES, payloadAt);
  return { kind: whole.readUInt8(LENGTH_BYTES), channel, payload: whole.subarray(payloadAt), whole };
}
