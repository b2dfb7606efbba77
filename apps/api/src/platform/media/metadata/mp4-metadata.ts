import type { ByteSource } from './byte-source.js';
import { type Box, boxAt } from './heif-boxes.js';

/** Their boxes are looked at one after the other. */
const PARENTS: ReadonlySet<string> = new Set(['moov', 'trak', 'mdia']);
/** They begin with when the recording, or a part of it, was made and changed. */
const TIMED: ReadonlySet<string> = new Set(['mvhd', 'tkhd', 'mdhd']);
const EMPTIED: ReadonlySet<string> = new Set(['meta', 'uuid', 'Exif', 'xml ', 'free', 'skip']);
/** Of the kind of metadata that has titles of music: no device writes places there. */
const TITLES = 'mdir';
/** At the beginning of a box of metadata, where it says of which kind it is. */
const KIND_BYTES = 48;
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

/** Box by box as they pass, since the picture of an album among them can be large. What is no box there is zeros. */
async function* withoutUserData(source: ByteSource, { content, end }: Box): AsyncGenerator<Buffer> {
  yield await source.take(content);
  let left = end - content;
  for (;;) {
    const head = await source.peek(Math.min(left, KIND_BYTES));
    const inner = boxAt(head, 0);
    if (!inner || inner.end > left) break;
    left -= inner.end;
    const isKept = inner.type === CHAPTERS || (inner.type === 'meta' && head.includes(TITLES));
    yield* isKept ? source.pass(inner.end) : emptied(source, inner);
  }
  yield* zeros(source, left);
}

async function* emptied(source: ByteSource, { content, end }: Box): AsyncGenerator<Buffer> {
  const head = Buffer.from(await source.take(content));
  head.write('free', 4);
  yield head;
  yield* zeros(source, end - content);
}

async function* zeros(source: ByteSource, length: number): AsyncGenerator<Buffer> {
  for await (const part of source.pass(length)) yield Buffer.alloc(part.length);
}
