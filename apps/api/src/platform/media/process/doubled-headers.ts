import { type FileHandle, open } from 'node:fs/promises';
import { type Box, boxAt } from '../metadata/heif-boxes.js';

/** The header of a piece of sound; its content follows, and what is where in it is counted from here. */
const HEADER = 'moof';
const BOX_BYTES = 16;
/** Of twelve hours in pieces of a second. */
const MOST_BOXES = 100_000;

/**
 * WebKitGTK 2.50 writes the header of the last piece of a recording twice, and decoders take the first for it: of two of one size
 * in a row the first becomes free space. What is no MP4 stays as it is.
 */
export async function freeDoubledHeaders(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    let former: Box | null = null;
    let at = 0;
    for (let left = MOST_BOXES; left > 0; left -= 1) {
      const box = await boxOf(file, at);
      if (!box) return;
      const isDoubled = former?.type === HEADER && box.type === HEADER && former.end === box.end;
      if (isDoubled) await file.write('free', at - box.end + 4);
      former = box;
      at += box.end;
    }
  } finally {
    await file.close();
  }
}

/** The one that begins here, as if it were the first; null where there is none, or it has no end. */
async function boxOf(file: FileHandle, at: number): Promise<Box | null> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(BOX_BYTES), 0, BOX_BYTES, at);
  const box = boxAt(buffer.subarray(0, bytesRead), 0);
  return box && Number.isSafeInteger(at + box.end) ? box : null;
}
