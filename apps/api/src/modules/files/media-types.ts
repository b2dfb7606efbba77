import { fileTypeFromBuffer } from 'file-type';
import { isAudioOnly } from '../../platform/media/audio-only.js';

/** What is looked at to find out what a content is. */
export const HEAD_BYTES = 65_536;

/** Of contents that say nothing about themselves, or nothing that we know. */
export const UNKNOWN_TYPE = 'application/octet-stream';

/** Browsers show these themselves and run nothing in them. */
const SHOWN: ReadonlySet<string> = new Set([
  ...['image/png', 'image/apng', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'image/bmp'],
  ...['video/mp4', 'video/webm', 'video/ogg', 'video/quicktime', 'video/x-m4v'],
  ...['audio/mpeg', 'audio/mp4', 'audio/x-m4a', 'audio/aac', 'audio/ogg', 'audio/opus', 'audio/flac', 'audio/webm'],
  ...['audio/wav', 'audio/x-flac'],
]);

/** Saved under their own type, by which devices choose what opens them. */
const SAVED: ReadonlySet<string> = new Set(['application/pdf', 'application/zip', 'application/epub+zip']);
const OFFICE = /^application\/vnd\.(?:openxmlformats-officedocument|oasis\.opendocument)\.[a-z.-]+$/;

/** What these are called where all of it is audio, as voice messages are. */
const AUDIO: ReadonlyMap<string, string> = new Map([
  ['video/webm', 'audio/webm'],
  ['video/mp4', 'audio/mp4'],
]);

/** What a content of this type is called that is audio alone. */
export const audioTypeOf = (mediaType: string | null): string | null => AUDIO.get(mediaType ?? '') ?? mediaType;

/** By its first bytes, whatever it is called; null where they say nothing. */
export async function mediaTypeOf(head: Uint8Array): Promise<string | null> {
  // What it takes for a cut off content is one to us, too: only the head is here.
  const found = await fileTypeFromBuffer(head).catch(() => undefined);
  const type = found?.mime.split(';', 1)[0] ?? null;
  const isAudio = type !== null && AUDIO.has(type) && (await isAudioOnly(head).catch(() => false));
  return isAudio ? audioTypeOf(type) : type;
}

/** How a content of this type is handed out: shown within a page or saved, and as what. */
export function servedAs(mediaType: string | null): { type: string; disposition: 'inline' | 'attachment' } {
  if (mediaType !== null && SHOWN.has(mediaType)) return { type: mediaType, disposition: 'inline' };
  const isKnown = mediaType !== null && (SAVED.has(mediaType) || OFFICE.test(mediaType));
  return { type: isKnown ? mediaType : UNKNOWN_TYPE, disposition: 'attachment' };
}
