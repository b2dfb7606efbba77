import { ByteSource } from './byte-source.js';
import { plainGif } from './gif-metadata.js';
import { plainHeif } from './heif-metadata.js';
import { plainJpeg } from './jpeg-metadata.js';
import { plainMp4 } from './mp4-metadata.js';
import { plainPng } from './png-metadata.js';
import { plainWebp } from './webp-metadata.js';

const HEAD_BYTES = 16;
/** Of the parts that are handed on: pictures come in very small ones. */
const PART_BYTES = 65_536;
const BRANDS = /^ftyp(?:hei[a-z]|hev[a-z]|mif[12]|msf1|avi[fs])/;

/**
 * Recordings alone: in raw photographs and further kinds of pictures of this format the same boxes are the picture itself.
 * QuickTime's begin in several ways.
 */
const MOVIES = /^(?:ftyp(?:iso[m2-9]|mp4[12]|qt {2}|M4[ABV]|3g[p2]|avc1|dash|MSNV|XAVC)|moov|mdat|wide)/;

type Format = (source: ByteSource) => AsyncGenerator<Buffer, void>;

/** By their first bytes, which are those that browsers and decoders go by. */
const FORMATS: readonly (readonly [(head: string) => boolean, Format])[] = [
  [(head) => head.startsWith('\xff\xd8\xff'), plainJpeg],
  [(head) => head.startsWith('\x89PNG\r\n\x1a\n'), plainPng],
  [(head) => head.startsWith('GIF8'), plainGif],
  [(head) => head.startsWith('RIFF') && head.startsWith('WEBP', 8), plainWebp],
  [(head) => BRANDS.test(head.slice(4)) || head.startsWith('\0\0\0\x0cJXL '), plainHeif],
  [(head) => MOVIES.test(head.slice(4)), plainMp4],
];

/**
 * A content as it comes, without what a picture or video says about where, when and with what it was made; what it shows is not
 * touched. All else passes as it is.
 */
export class PlainContent {
  /** Known with the first part. */
  isKnown = false;

  async *read(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
    const source = new ByteSource(content);
    try {
      const head = (await source.peek(HEAD_BYTES)).toString('latin1');
      const format = FORMATS.find(([matches]) => matches(head))?.[1];
      this.isKnown = format !== undefined;
      yield* format ? gathered(format(source)) : source.rest();
    } finally {
      await source.close();
    }
  }
}

async function* gathered(parts: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  const held = Buffer.allocUnsafe(PART_BYTES);
  let bytes = 0;
  for await (const part of parts) {
    if (bytes + part.length < PART_BYTES) bytes += part.copy(held, bytes);
    else {
      yield bytes > 0 ? Buffer.concat([held.subarray(0, bytes), part]) : part;
      bytes = 0;
    }
  }
  if (bytes > 0) yield held.subarray(0, bytes);
}
