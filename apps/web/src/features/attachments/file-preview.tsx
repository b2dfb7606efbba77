import type { AttachedFile } from '@parley/protocol';
import { useState } from 'react';
import { FileIcon } from '../files/file-icon.js';
import { useObjectUrl } from './use-object-url.js';

interface FilePreviewProps {
  /** Null where it is not there any more. */
  content: Blob | null;
  file: Pick<AttachedFile, 'fileName' | 'fileType'>;
}

/** A small square: the picture where it is one that the browser can draw, else what kind of file it is. */
export function FilePreview({ content, file }: FilePreviewProps) {
  // What a page could run inside a picture is not drawn as one, as it is not once it was sent.
  const isPicture = /^image\/(?!svg)/.test(file.fileType);
  const url = useObjectUrl(isPicture ? content : null);
  const [isBroken, setBroken] = useState(false);
  return (
    <span className="file-preview" aria-hidden="true">
      {url && !isBroken ? (
        <img src={url} alt="" decoding="async" onError={() => setBroken(true)} />
      ) : (
        <FileIcon file={file} size={20} />
      )}
    </span>
  );
}
