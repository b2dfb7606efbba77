import type { ByteSource } from './byte-source.js';

const [EXTENSION, IMAGE, TRAILER] = [0x21, 0x2c, 0x3b];
const [COMMENT, APPLICATION] = [0xfe, 0xff];
const HEADER_BYTES = 13;
/** How often it is played, and its colours. */
const NEEDED: ReadonlySet<string> = new Set(['NETSCAPE2.0', 'ANIMEXTS1.0', 'ICCRGBG1012']);

/** Bytes of a table of colours whose flags these are. */
const tableBytes = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 0x07) + 1));

/** A GIF without comments and without what applications add, and with nothing behind its end. */
export async function* plainGif(source: ByteSource): AsyncGenerator<Buffer, void> {
  const header = await source.take(HEADER_BYTES);
  yield header;
  yield* source.pass(tableBytes(header[10] ?? 0));
  for (;;) {
    const head = await source.peek(14);
    const [kind, label] = head;
    if (kind === TRAILER) {
      yield await source.take(1);
      await source.drop();
      return;
    }
    if (kind === EXTENSION && label !== undefined) yield* extension(source, label, head.toString('latin1', 3));
    else if (kind === IMAGE) yield* image(source);
    else return yield* source.rest();
  }
}

async function* extension(source: ByteSource, label: number, name: string): AsyncGenerator<Buffer, void> {
  const isKept = label !== COMMENT && (label !== APPLICATION || NEEDED.has(name));
  const head = await source.take(2);
  if (isKept) yield head;
  for await (const part of blocks(source)) if (isKept) yield part;
}

async function* image(source: ByteSource): AsyncGenerator<Buffer, void> {
  const head = await source.take(10);
  yield head;
  // With the size of its first code.
  yield* source.pass(tableBytes(head[9] ?? 0) + 1);
  yield* blocks(source);
}

/** Each has its length before it; one of none is the last. */
async function* blocks(source: ByteSource): AsyncGenerator<Buffer, void> {
  yield* source.passUntil(lastBlockIn(), 1);
  yield await source.take(1);
}

/** A call for each buffer, which may begin within a block. */
function lastBlockIn(): (held: Buffer) => number {
  let skipped = 0;
  return (held) => {
    let at = skipped;
    while (at < held.length) {
      const length = held[at] ?? 0;
      if (length === 0) return at;
      at += length + 1;
    }
    skipped = at - held.length;
    return -1;
  };
}
