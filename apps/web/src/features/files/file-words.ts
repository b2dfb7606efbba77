import type { AttachedFile } from '@parley/protocol';
import { type FileKind, isVoice, kindOf } from './file-kind.js';

type Described = Pick<AttachedFile, 'fileName' | 'fileType' | 'waveform' | 'durationMs'>;

const SECOND_MS = 1_000;

/** "0:12", "1:05:00". */
export function durationWords(ms: number): string {
  const seconds = Math.round(ms / SECOND_MS);
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const end = String(rest).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${end}` : `${minutes}:${end}`;
}

/** What stands for a message without text where its files are not drawn: "Photo", "3 photos", "Voice message 0:12". */
export function filesWords(files: readonly Described[]): string {
  const [first] = files;
  if (!first) return '';
  if (files.length === 1) return fileWords(first);
  const kinds = new Set(files.map(({ fileType }) => kindOf(fileType)));
  return `${files.length} ${PLURALS[[...kinds].sort().join()] ?? 'files'}`;
}

/** Of several files, by their kinds in the order of the alphabet. */
const PLURALS: Readonly<Record<string, string>> = {
  picture: 'photos',
  video: 'videos',
  audio: 'audio files',
  'picture,video': 'photos and videos',
};

function fileWords(file: Described): string {
  const kind: FileKind = kindOf(file.fileType);
  const length = file.durationMs === undefined ? '' : ` ${durationWords(file.durationMs)}`;
  if (kind === 'picture') return 'Photo';
  if (kind === 'video') return `Video${length}`;
  return isVoice(file) ? `Voice message${length}` : file.fileName;
}

/** "PDF", "Spreadsheet": what the file is for a reader, by its type, else by the end of its name. */
export function typeWords({ fileName, fileType }: Pick<AttachedFile, 'fileName' | 'fileType'>): string {
  const known = TYPES.find(([type]) => type.test(fileType));
  if (known) return known[1];
  const [, extension] = /\.([a-z0-9]{1,5})$/i.exec(fileName) ?? [];
  return extension?.toUpperCase() ?? 'File';
}

const TYPES: readonly (readonly [RegExp, string])[] = [
  [/^application\/pdf$/, 'PDF'],
  [/wordprocessingml|opendocument\.text/, 'Document'],
  [/spreadsheet/, 'Spreadsheet'],
  [/presentation/, 'Presentation'],
  [/^application\/(?:zip|x-7z-compressed|x-tar|gzip|vnd\.rar)$/, 'Archive'],
  [/^image\//, 'Picture'],
  [/^video\//, 'Video'],
  [/^audio\//, 'Audio'],
];
