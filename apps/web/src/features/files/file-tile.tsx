import type { AttachedFile } from '@parley/protocol';
import { AudioLines, File, FileArchive, FileSpreadsheet, FileText, Film, Image } from 'lucide-react';
import type { ReactNode } from 'react';
import { FileName } from '../../ui/file-name.js';
import { fileSize } from '../../ui/file-size.js';
import { kindOf } from './file-kind.js';
import { typeWords } from './file-words.js';

interface FileTileProps {
  file: Pick<AttachedFile, 'fileName' | 'fileType' | 'fileSize'>;
  /** In place of its type and size. */
  note?: ReactNode;
  /** Buttons at its end. */
  children?: ReactNode;
}

/** A file by its name, what it is and how large it is. */
export function FileTile({ file, note, children }: FileTileProps) {
  const Icon = ICONS[iconOf(file)];
  return (
    <div className="file-tile" data-testid="file-tile">
      <Icon size={22} strokeWidth={1.5} className="flex-none text-ink-3" aria-hidden="true" />
      <span className="min-w-0 flex-1">
        <span className="block text-second font-medium">
          <FileName name={file.fileName} />
        </span>
        <span className="block truncate text-meta text-ink-3">
          {note ?? `${typeWords(file)} · ${fileSize(file.fileSize)}`}
        </span>
      </span>
      {children}
    </div>
  );
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

function iconOf(file: FileTileProps['file']): keyof typeof ICONS {
  const kind = kindOf(file.fileType);
  return kind === 'document' ? (DOCUMENTS[typeWords(file)] ?? kind) : kind;
}
