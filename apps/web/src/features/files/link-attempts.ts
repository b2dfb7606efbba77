import type { AttachedFile } from '@parley/protocol';
import { isDrawn } from './file-kind.js';

/** The width of the smaller pictures that a server makes. */
export type Thumbnail = 320 | 1280;

/** An address to try: of the file itself, or of a smaller picture of it. */
export interface LinkAttempt {
  thumbnail?: Thumbnail;
  /** Not the link that was given before, which may have expired. */
  isFresh?: boolean;
}

/**
 * What is tried in turn until something loads: each address once more with a fresh link, and the original in place of a
 * thumbnail that is not there, where browsers draw it.
 */
export function attemptsFor(file: Pick<AttachedFile, 'fileType' | 'fileSize'>, thumbnail?: Thumbnail): LinkAttempt[] {
  if (thumbnail === undefined) return [{}, { isFresh: true }];
  const ofThumbnail = [{ thumbnail }, { thumbnail, isFresh: true }];
  return isDrawn(file) ? [...ofThumbnail, {}] : ofThumbnail;
}
