import type { AttachedFile } from '@parley/protocol';
import type { MediaPrograms } from './media-programs.js';

/** What the process of media is asked for: each kind has one step there that does all of it. A recording is video or audio. */
export type MediaKind = 'picture' | 'recording';

/** Of the largest side of a thumbnail, in pixels. */
export const THUMBNAIL_SIZES = [320, 1_280] as const;

/** By which the contents that are made of another one are found. */
export type RenditionName = 'thumbnail-320' | 'thumbnail-1280' | 'playable';

/** A content to be looked at, as a file of the local disk. */
export interface MediaJob {
  kind: MediaKind;
  mediaType: string;
  input: string;
  /** Of this job alone: where its step may write, and where what it has made is taken from. */
  folder: string;
  /** For recordings, of which nothing is known without them. */
  programs: MediaPrograms | null;
}

/** What is said of a file beside what every file has. */
export type MediaDetails = Pick<AttachedFile, 'width' | 'height' | 'durationMs' | 'waveform' | 'placeholder'>;

export interface Rendition {
  name: RenditionName;
  mediaType: string;
  /** Its name in the job's folder. */
  file: string;
}

export interface MediaResult {
  details: MediaDetails;
  renditions: Rendition[];
  /** It is audio, also where its first bytes are those of a video. */
  isAudio?: boolean;
}

export interface MediaLimits {
  /** Of the processor, and several times as long by the clock; where the system does not tell it, by the clock. */
  timeMs: number;
  /** Of its process. */
  memoryBytes: number;
  /** Of the content; what is larger is not looked at. */
  inputBytes: number;
}

/** Which types a kind has, and what looking at one of them may take. One place decides on it. */
const KINDS: Readonly<Record<MediaKind, { types: ReadonlySet<string>; limits: MediaLimits }>> = {
  picture: {
    types: new Set([
      ...['image/jpeg', 'image/png', 'image/apng', 'image/gif', 'image/webp', 'image/avif'],
      ...['image/heic', 'image/heif', 'image/heic-sequence', 'image/heif-sequence'],
    ]),
    limits: { timeMs: 15_000, memoryBytes: 768 * 1_048_576, inputBytes: 64 * 1_048_576 },
  },
  recording: {
    types: new Set([
      ...['video/mp4', 'video/webm', 'video/ogg', 'video/quicktime', 'video/x-m4v', 'video/matroska', 'video/3gpp'],
      ...['audio/mpeg', 'audio/mp4', 'audio/x-m4a', 'audio/aac', 'audio/ogg', 'audio/opus', 'audio/flac', 'audio/webm'],
      ...['audio/wav', 'audio/x-flac', 'audio/matroska'],
    ]),
    // Its programs have limits of their own, which end before.
    limits: { timeMs: 120_000, memoryBytes: 768 * 1_048_576, inputBytes: 1_024 * 1_048_576 },
  },
};

/** Null: nothing can be made of it, and it stays a plain file. */
export function mediaKindOf(mediaType: string | null, size: number): MediaKind | null {
  if (mediaType === null) return null;
  for (const [kind, { types, limits }] of Object.entries(KINDS) as [MediaKind, (typeof KINDS)[MediaKind]][]) {
    if (types.has(mediaType) && size <= limits.inputBytes) return kind;
  }
  return null;
}

export const limitsOf = (kind: MediaKind): MediaLimits => KINDS[kind].limits;

/** What the process answers. */
export type MediaAnswer = { result: MediaResult } | { fault: string };
