import type { ByteSource } from './byte-source.js';
import { type Box, boxAt } from './heif-boxes.js';

/** Their boxes are looked at one after the other. */
const PARENTS: ReadonlySet<string> = new Set(['moov', 'trak', 'mdia']);
/** They begin with when the recording, or a part of it, was made and changed. */
const TIMED: ReadonlySet<string> = new Set(['mvhd', 'tkhd', 'mdhd']);
const EMPTIED: ReadonlySet<string> = new Set(['meta', 'uuid', 'Exif', 'xml ', 'free', 'skip']);
/** What is said about a recording; with the picture of an album it can be large. */
const MOST_USER_DATA = 8 * 1_048_576;
/** Of the kind of metadata that has titles of music: no device writes places there. */
const TITLES = 'mdir';
/** Of audio books. */
const CHAPTERS = 'chpl';

/**
 * MP4 or QuickTime without what it says about where, when and with what it was made. All keeps its place, since such a file names
 * places by their distance from its beginning; how a video is to be turned stands elsewhere. Tracks of places beside the pictures,
 * as cameras for sports have them, stay.
 */
export async function* plainMp4(source: ByteSource): AsyncGenerator<Buffer> {
  for (;;) {
    const box = boxAt(await source.peek(16), 0);
    if (!box || box.end === Number.POSITIVE_INFINITY) {
      yield* source.rest();
      return;
    }
    if (PARENTS.has(box.type)) yield await source.take(box.content);
    else if (TIMED.has(box.type)) yield* withoutTimes(source, box);
    else if (box.type === 'udta') yield* withoutUserData(source, box);
    else if (EMPTIED.has(box.type)) yield* emptied(source, box);
    else yield* source.pass(box.end);
  }
}

async function* withoutTimes(source: ByteSource, { content, end }: Box): AsyncGenerator<Buffer> {
  const head = Buffer.from(await source.take(Math.min(end, content + 20)));
  const bytes = head[content] === 1 ? 16 : 8;
  head.fill(0, content + 4, Math.min(head.length, content + 4 + bytes));
  yield head;
  yield* source.pass(end - head.length);
}

async function* withoutUserData(source: ByteSource, box: Box): AsyncGenerator<Buffer> {
  if (box.end > MOST_USER_DATA) {
    yield* emptied(source, box);
    return;
  }
  const data = Buffer.from(await source.take(box.end));
  for (let at = box.content; at < data.length; ) {
    const inner = boxAt(data, at);
    if (!inner || inner.end > data.length) break;
    const isKept = inner.type === CHAPTERS || (inner.type === 'meta' && data.subarray(at, at + 48).includes(TITLES));
    if (!isKept) {
      data.write('free', at + 4);
      data.fill(0, inner.content, inner.end);
    }
    at = inner.end;
  }
  yield data;
}

async function* emptied(source: ByteSource, { content, end }: Box): AsyncGenerator<Buffer> {
  const head = Buffer.from(await source.take(content));
  head.write('free', 4);
  yield head;
  for await (const part of source.pass(end - content)) yield Buffer.alloc(part.length);
}
