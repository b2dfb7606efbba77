import type { AttachedFile } from '@parley/protocol';

/** How a file is drawn. */
export type FileKind = 'picture' | 'video' | 'audio' | 'document';

const PICTURES: ReadonlySet<string> = new Set(
  ['png', 'apng', 'jpeg', 'gif', 'webp', 'avif', 'bmp', 'heic', 'heif', 'tiff'].map((each) => `image/${each}`),
);

/** Of these every browser draws the original, too: the others are seen by their thumbnails alone. */
const DRAWN: ReadonlySet<string> = new Set(
  ['png', 'apng', 'jpeg', 'gif', 'webp', 'avif', 'bmp'].map((each) => `image/${each}`),
);

/** A larger original is not loaded in place of a thumbnail. Bytes. */
const LARGEST_DRAWN = 20_000_000;

export function kindOf(fileType: string): FileKind {
  if (PICTURES.has(fileType)) return 'picture';
  const [kind] = fileType.split('/');
  return kind === 'video' || kind === 'audio' ? kind : 'document';
}

/** Whether the original can stand for a missing thumbnail. */
export function isDrawn({ fileType, fileSize }: Pick<AttachedFile, 'fileType' | 'fileSize'>): boolean {
  return DRAWN.has(fileType) && fileSize <= LARGEST_DRAWN;
}

/** Recorded to be heard in place of a text. */
export function isVoice({
  fileName,
  fileType,
  waveform,
}: Pick<AttachedFile, 'fileName' | 'fileType' | 'waveform'>): boolean {
  return kindOf(fileType) === 'audio' && (waveform !== undefined || /^voice message/i.test(fileName));
}
