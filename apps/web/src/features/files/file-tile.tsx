import type { AttachedFile } from '@parley/protocol';
import type { ReactNode } from 'react';
import { FileName } from '../../ui/file-name.js';
import { fileSize } from '../../ui/file-size.js';
import { FileIcon } from './file-icon.js';
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
  return (
    <div className="file-tile" data-testid="file-tile">
      <span className="flex-none text-ink-3" aria-hidden="true">
        <FileIcon file={file} size={22} />
      </span>
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
