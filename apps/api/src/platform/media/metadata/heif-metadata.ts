import type { ByteSource } from './byte-source.js';
import { type Box, boxAt, metadataIn } from './heif-boxes.js';

/** Of a directory; those of large pictures in tiles have some thousands. */
const MOST_DIRECTORY = 4 * 1_048_576;
/** Boxes beside the picture: what applications add, and what is left of something. */
const ADDED: ReadonlySet<string> = new Set(['uuid', 'free', 'skip', 'Exif', 'xml ', 'jumb', 'brob']);

/** What reading numbers behind the end of a buffer fails with. */
const BEYOND: readonly unknown[] = ['ERR_OUT_OF_RANGE', 'ERR_BUFFER_OUT_OF_BOUNDS'];

interface Stretch {
  start: number;
  end: number;
}

/**
 * HEIC, AVIF or JPEG XL whose EXIF and texts are zeros: they keep their place, since the directory of such a file names all
 * places by their distance from its beginning. How the picture is to be turned stands elsewhere. What comes before the directory
 * that names it is passed on as it is; files are not written so.
 */
export async function* plainHeif(source: ByteSource): AsyncGenerator<Buffer, void> {
  let emptied: Stretch[] = [];
  for (let offset = 0; ; ) {
    const box = boxAt(await source.peek(16), 0);
    if (!box) return yield* source.rest();
    if (box.type === 'meta' && box.end <= MOST_DIRECTORY) emptied = stretches(await source.peek(box.end), offset);
    if (ADDED.has(box.type)) emptied.push({ start: offset + box.content, end: offset + box.end });
    yield* passed(source, box, { offset, emptied });
    offset += box.end;
  }
}

function stretches(directory: Buffer, offset: number): Stretch[] {
  try {
    return metadataIn(directory, offset).map(({ start, length }) => ({ start, end: start + length }));
  } catch (fault) {
    // A directory that is cut off or lies about its lengths: no picture can be made of the file either.
    if (BEYOND.includes((fault as NodeJS.ErrnoException).code)) return [];
    throw fault;
  }
}

async function* passed(
  source: ByteSource,
  box: Box,
  { offset, emptied }: { offset: number; emptied: readonly Stretch[] },
): AsyncGenerator<Buffer, void> {
  let at = offset;
  for await (const part of source.pass(box.end)) {
    const touched = emptied.filter(({ start, end }) => start < at + part.length && end > at);
    const own = touched.length > 0 ? Buffer.from(part) : part;
    for (const { start, end } of touched) own.fill(0, Math.max(0, start - at), Math.min(part.length, end - at));
    at += part.length;
    yield own;
  }
}
