import { stamp } from '../transferred-files.js';

const EXTENSIONS: Readonly<Record<string, string>> = {
  'audio/webm': 'webm',
  'video/webm': 'webm',
  'audio/ogg': 'ogg',
  'application/ogg': 'ogg',
  'audio/mp4': 'm4a',
  'video/mp4': 'm4a',
};

/** A recording under a name that says what it is. */
export function voiceFile(recording: Blob, at: Date): File {
  // Parameters name the codec: `audio/webm;codecs=opus`.
  const type = recording.type.split(';')[0]?.trim().toLowerCase() ?? '';
  const extension = EXTENSIONS[type] ?? 'audio';
  return new File([recording], `Voice message ${stamp(at)}.${extension}`, { type });
}
