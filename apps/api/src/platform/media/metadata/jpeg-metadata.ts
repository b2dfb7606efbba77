import type { ByteSource } from './byte-source.js';
import { exifOf, orientationIn } from './exif-orientation.js';

const [SOI, EOI, SOS, APP0, APP1, APP2, APP14, APP15, COM] = [0xd8, 0xd9, 0xda, 0xe0, 0xe1, 0xe2, 0xee, 0xef, 0xfe];
const EXIF = Buffer.from('Exif\0\0', 'latin1');
/** What decoders need of what applications add. */
const NEEDED: readonly (readonly [marker: number, signature: string])[] = [
  [APP0, 'JFIF\0'],
  [APP2, 'ICC_PROFILE\0'],
  [APP14, 'Adobe'],
];

const standsAlone = (marker: number): boolean =>
  marker === SOI || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);
/** A marker may have any number of 0xff before it. */
const isPassed = (marker: number): boolean => marker === 0xff || standsAlone(marker);
const isAdded = (marker: number): boolean => (marker >= APP0 && marker <= APP15) || marker === COM;

/** A JPEG without what applications add: of EXIF stays how it is to be turned, and nothing stays behind its end. */
export async function* plainJpeg(source: ByteSource): AsyncGenerator<Buffer, void> {
  for (;;) {
    const head = await source.peek(4);
    const [prefix, marker = 0] = head;
    if (prefix !== 0xff) return yield* source.rest();
    if (marker === EOI) {
      yield await source.take(2);
      await source.drop();
      return;
    }
    if (isPassed(marker)) yield* source.passUntil(segmentIn(), 2);
    else if (head.length < 4) return yield* source.rest();
    else yield* segment(source, marker, head.readUInt16BE(2) + 2);
  }
}

async function* segment(source: ByteSource, marker: number, length: number): AsyncGenerator<Buffer, void> {
  if (isAdded(marker)) {
    yield* kept(await source.take(length), marker);
    return;
  }
  yield* source.pass(length);
  if (marker === SOS) yield* source.passUntil(markerIn, 2);
}

function* kept(whole: Buffer, marker: number): Generator<Buffer, void> {
  const content = whole.subarray(4);
  if (NEEDED.some(([which, signature]) => marker === which && content.toString('latin1').startsWith(signature))) {
    yield whole;
  }
  if (marker !== APP1 || !content.subarray(0, EXIF.length).equals(EXIF)) return;
  const orientation = orientationIn(content.subarray(EXIF.length));
  if (orientation === 1) return;
  const exif = Buffer.concat([EXIF, exifOf(orientation)]);
  const head = Buffer.from([0xff, APP1, 0, exif.length + 2]);
  yield Buffer.concat([head, exif]);
}

/** Where something other than a marker that stands alone begins; a call for each buffer, which may begin within a marker. */
function segmentIn(): (held: Buffer) => number {
  let skipped = 0;
  return (held) => {
    let at = skipped;
    while (at + 1 < held.length) {
      const marker = held[at + 1] ?? 0;
      if (held[at] !== 0xff || !isPassed(marker)) return at;
      at += marker === 0xff ? 1 : 2;
    }
    // The last byte comes again with what follows it.
    skipped = at - Math.max(0, held.length - 1);
    return -1;
  };
}

/** Where the coded data end: at a marker other than those that stand within it. */
function markerIn(held: Buffer): number {
  for (let at = held.indexOf(0xff); at >= 0 && at + 1 < held.length; at = held.indexOf(0xff, at + 1)) {
    const next = held[at + 1] ?? 0;
    if (next !== 0x00 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return -1;
}
