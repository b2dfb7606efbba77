import type { Message } from './entities.js';
import type { AttachedFile } from './files.js';

type Described = Pick<AttachedFile, 'fileName' | 'fileType' | 'waveform' | 'durationMs'>;

/** How a file is drawn. */
export type FileKind = 'picture' | 'video' | 'audio' | 'document';

const PICTURES: ReadonlySet<string> = new Set(
  ['png', 'apng', 'jpeg', 'gif', 'webp', 'avif', 'bmp', 'heic', 'heif', 'tiff'].map((each) => `image/${each}`),
);

export function kindOf(fileType: string): FileKind {
  if (PICTURES.has(fileType)) return 'picture';
  const [kind] = fileType.split('/');
  return kind === 'video' || kind === 'audio' ? kind : 'document';
}

/** Recorded to be heard in place of a text. */
export function isVoice({
  fileName,
  fileType,
  waveform,
}: Pick<AttachedFile, 'fileName' | 'fileType' | 'waveform'>): boolean {
  return kindOf(fileType) === 'audio' && (waveform !== undefined || /^voice message/i.test(fileName));
}

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

const NONE: readonly AttachedFile[] = [];

/**
 * The files of a message; none of a deleted one. Where a server without files stored the message, `metadata` is whatever
 * its sender wrote there.
 */
export function filesOf({ metadata, isDeleted }: Pick<Message, 'metadata' | 'isDeleted'>): readonly AttachedFile[] {
  const { files } = metadata;
  return isDeleted || !Array.isArray(files) ? NONE : files.filter(isAttached);
}

function isAttached(value: unknown): value is AttachedFile {
  if (typeof value !== 'object' || value === null) return false;
  const { fileId, fileName, fileType, fileSize } = value as Partial<Record<keyof AttachedFile, unknown>>;
  return [fileId, fileName, fileType].every((each) => typeof each === 'string') && typeof fileSize === 'number';
}
