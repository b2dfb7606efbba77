import type { ByteSource } from './byte-source.js';
import { exifOf, orientationIn } from './exif-orientation.js';

const HEAD_BYTES = 8;
const MOST_EXIF = 65_536;
const NEEDED: ReadonlySet<string> = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF', 'ICCP']);
const EXIF = Buffer.from('Exif\0\0', 'latin1');

/**
 * A WebP whose other chunks are empty: they keep their length, as the length of the whole stands at its beginning. Of EXIF stays
 * how it is to be turned.
 */
export async function* plainWebp(source: ByteSource): AsyncGenerator<Buffer, void> {
  const file = await source.take(HEAD_BYTES + 4);
  yield file;
  // "WEBP" is part of the length.
  let left = file.readUInt32LE(4) - 4;
  while (left >= HEAD_BYTES) {
    const head = await source.peek(HEAD_BYTES);
    if (head.length < HEAD_BYTES) return yield* source.rest();
    const [type, length] = [head.toString('latin1', 0, 4), head.readUInt32LE(4)];
    yield await source.take(HEAD_BYTES);
    const padded = Math.min(length + (length % 2), left - HEAD_BYTES);
    yield* chunk(source, type, padded);
    left -= HEAD_BYTES + padded;
  }
  await source.drop();
}

async function* chunk(source: ByteSource, type: string, length: number): AsyncGenerator<Buffer, void> {
  if (NEEDED.has(type)) return yield* source.pass(length);
  const turned = type === 'EXIF' ? turnedIn(await source.peek(Math.min(length, MOST_EXIF))) : Buffer.alloc(0);
  let at = 0;
  for await (const part of source.pass(length)) {
    const empty = Buffer.alloc(part.length);
    turned.subarray(at).copy(empty);
    at += part.length;
    yield empty;
  }
}

function turnedIn(content: Buffer): Buffer {
  const exif = content.subarray(0, EXIF.length).equals(EXIF) ? content.subarray(EXIF.length) : content;
  const turned = exifOf(orientationIn(exif));
  return turned.length <= content.length ? turned : Buffer.alloc(0);
}
