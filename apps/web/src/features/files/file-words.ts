import type { AttachedFile } from '@parley/protocol';

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
