import type { AttachedFile } from '@parley/protocol';

/** Of these every browser draws the original, too: the others are seen by their thumbnails alone. */
const DRAWN: ReadonlySet<string> = new Set(
  ['png', 'apng', 'jpeg', 'gif', 'webp', 'avif', 'bmp'].map((each) => `image/${each}`),
);

/** A larger original is not loaded in place of a thumbnail. Bytes. */
const LARGEST_DRAWN = 20_000_000;

/** Whether the original can stand for a missing thumbnail. */
export function isDrawn({ fileType, fileSize }: Pick<AttachedFile, 'fileType' | 'fileSize'>): boolean {
  return DRAWN.has(fileType) && fileSize <= LARGEST_DRAWN;
}
