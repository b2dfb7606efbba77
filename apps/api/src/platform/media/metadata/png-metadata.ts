import { crc32 } from 'node:zlib';
import type { ByteSource } from './byte-source.js';
import { exifOf, orientationIn } from './exif-orientation.js';

const SIGNATURE_BYTES = 8;
/** Length and type, and the checksum. */
const [HEAD_BYTES, TAIL_BYTES] = [8, 4];
/** Of EXIF that is looked at. */
const MOST_EXIF = 65_536;
/** Beside those whose type begins with a capital, without which there is no picture: what it looks like, and how it moves. */
const NEEDED: ReadonlySet<string> = new Set([
  ...['tRNS', 'cHRM', 'gAMA', 'iCCP', 'sBIT', 'sRGB', 'cICP', 'mDCV', 'cLLI', 'bKGD', 'hIST', 'pHYs', 'sPLT'],
  ...['acTL', 'fcTL', 'fdAT'],
]);

/** A PNG without texts, times and EXIF, of which how it is to be turned stays, and with nothing behind its end. */
export async function* plainPng(source: ByteSource): AsyncGenerator<Buffer, void> {
  yield* source.pass(SIGNATURE_BYTES);
  for (;;) {
    const head = await source.peek(HEAD_BYTES);
    if (head.length < HEAD_BYTES) return yield* source.rest();
    const [length, type] = [head.readUInt32BE(0), head.toString('latin1', 4)];
    const whole = HEAD_BYTES + length + TAIL_BYTES;
    if (/^[A-Z]/.test(type) || NEEDED.has(type)) yield* source.pass(whole);
    else {
      const start = await source.take(Math.min(whole, HEAD_BYTES + MOST_EXIF));
      if (type === 'eXIf') yield* turned(start.subarray(HEAD_BYTES));
      await source.drop(whole - start.length);
    }
    if (type === 'IEND') {
      await source.drop();
      return;
    }
  }
}

function* turned(exif: Buffer): Generator<Buffer, void> {
  const orientation = orientationIn(exif);
  if (orientation === 1) return;
  const content = Buffer.concat([Buffer.from('eXIf'), exifOf(orientation)]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(TAIL_BYTES)];
  length.writeUInt32BE(content.length - 4);
  checksum.writeUInt32BE(crc32(content));
  yield Buffer.concat([length, content, checksum]);
}
