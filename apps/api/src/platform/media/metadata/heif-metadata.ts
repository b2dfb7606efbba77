import { ByteBudget } from '../../../kernel/byte-budget.js';
import type { ByteSource } from './byte-source.js';
import { type Box, boxAt, metadataIn } from './heif-boxes.js';

/** Of a directory; those of large pictures in tiles have some thousands. */
const MOST_DIRECTORY = 4 * 1_048_576;
/** Larger ones are rare, and share so much memory of the node: each is held until all of it has come. */
const SMALL_DIRECTORY = 262_144;
const LARGE_DIRECTORIES = new ByteBudget(32 * 1_048_576);
/** Boxes beside the picture: what applications add, and what is left of something. */
const ADDED: ReadonlySet<string> = new Set(['uuid', 'free', 'skip', 'Exif', 'xml ', 'jumb', 'brob']);

/** What reading numbers behind the end of a buffer fails with. */
const BEYOND: readonly unknown[] = ['ERR_OUT_OF_RANGE', 'ERR_BUFFER_OUT_OF_BOUNDS'];

interface Stretch {
  start: number;
  end: number;
}

/** What is emptied of a file while it passes from its beginning to its end. */
class Stretches {
  private readonly joined: Stretch[] = [];
  private next = 0;

  constructor(stretches: readonly Stretch[]) {
    for (const { start, end } of stretches.toSorted((one, other) => one.start - other.start)) {
      const last = this.joined.at(-1);
      if (last && start <= last.end) last.end = Math.max(last.end, end);
      else this.joined.push({ start, end });
    }
  }

  /** The part of the file at this place with zeros in them. */
  emptiedIn(part: Buffer, at: number): Buffer {
    let own = part;
    for (; ; this.next += 1) {
      const stretch = this.joined[this.next];
      if (!stretch || stretch.start >= at + part.length) return own;
      if (stretch.end > at) {
        if (own === part) own = Buffer.from(part);
        own.fill(0, Math.max(0, stretch.start - at), Math.min(part.length, stretch.end - at));
      }
      if (stretch.end > at + part.length) return own;
    }
  }
}

/**
 * HEIC, AVIF or JPEG XL whose EXIF and texts are zeros: they keep their place, since the directory of such a file names all
 * places by their distance from its beginning. How the picture is to be turned stands elsewhere. What comes before the directory
 * that names it is passed on as it is; files are not written so.
 */
export async function* plainHeif(source: ByteSource): AsyncGenerator<Buffer, void> {
  let emptied = new Stretches([]);
  for (let offset = 0; ; ) {
    const box = boxAt(await source.peek(16), 0);
    if (!box) return yield* source.rest();
    if (box.type === 'meta' && box.end <= MOST_DIRECTORY) emptied = await namedIn(source, box.end, offset);
    if (ADDED.has(box.type)) yield* withoutContent(source, box);
    else yield* passed(source, box, { offset, emptied });
    offset += box.end;
  }
}

/** @throws `service_unavailable` where too many large ones are being read already. */
function namedIn(source: ByteSource, length: number, offset: number): Promise<Stretches> {
  const read = async () => named(await source.peek(length), offset);
  return length <= SMALL_DIRECTORY ? read() : LARGE_DIRECTORIES.within(length, read);
}

function named(directory: Buffer, offset: number): Stretches {
  try {
    return new Stretches(metadataIn(directory, offset).map(({ start, length }) => ({ start, end: start + length })));
  } catch (fault) {
    // A directory that is cut off or lies about its lengths: no picture can be made of the file either.
    if (BEYOND.includes((fault as NodeJS.ErrnoException).code)) return new Stretches([]);
    throw fault;
  }
}

async function* withoutContent(source: ByteSource, { content, end }: Box): AsyncGenerator<Buffer, void> {
  yield await source.take(content);
  for await (const part of source.pass(end - content)) yield Buffer.alloc(part.length);
}

async function* passed(
  source: ByteSource,
  box: Box,
  { offset, emptied }: { offset: number; emptied: Stretches },
): AsyncGenerator<Buffer, void> {
  let at = offset;
  for await (const part of source.pass(box.end)) {
    yield emptied.emptiedIn(part, at);
    at += part.length;
  }
}
