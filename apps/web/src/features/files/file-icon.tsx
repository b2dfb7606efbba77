import { type AttachedFile, kindOf } from '@parley/protocol';
import { AudioLines, File, FileArchive, FileSpreadsheet, FileText, Film, Image } from 'lucide-react';
import { typeWords } from './file-words.js';

interface FileIconProps {
  file: Pick<AttachedFile, 'fileName' | 'fileType'>;
  /** Pixels. */
  size: number;
}

/** What kind of file it is. */
export function FileIcon({ file, size }: FileIconProps) {
  const Icon = ICONS[iconOf(file)];
  return <Icon size={size} strokeWidth={1.5} />;
}

const ICONS = {
  picture: Image,
  video: Film,
  audio: AudioLines,
  text: FileText,
  sheet: FileSpreadsheet,
  archive: FileArchive,
  document: File,
} as const;

const DOCUMENTS: Readonly<Record<string, keyof typeof ICONS>> = {
  PDF: 'text',
  Document: 'text',
  Spreadsheet: 'sheet',
  Archive: 'archive',
};

function iconOf(file: FileIconProps['file']): keyof typeof ICONS {
  const kind = kindOf(file.fileType);
  return kind === 'document' ? (DOCUMENTS[typeWords(file)] ?? kind) : kind;
}
