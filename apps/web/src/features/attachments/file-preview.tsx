import { AudioLines, FileArchive, File as FileIcon, FileText, Film, Image } from 'lucide-react';
import { useState } from 'react';
import { useObjectUrl } from './use-object-url.js';

/** A small square: the picture where it is one that the browser can draw, else what kind of file it is. */
export function FilePreview({ content, type }: { content: Blob | null; type: string }) {
  // What a page could run inside a picture is not drawn as one, as it is not once it was sent.
  const isPicture = /^image\/(?!svg)/.test(type);
  const url = useObjectUrl(isPicture ? content : null);
  const [isBroken, setBroken] = useState(false);
  return (
    <span className="file-preview" aria-hidden="true">
      {url && !isBroken ? (
        <img src={url} alt="" decoding="async" onError={() => setBroken(true)} />
      ) : (
        <KindIcon type={type} />
      )}
    </span>
  );
}

const SIZE = { size: 20, strokeWidth: 1.5 };

function KindIcon({ type }: { type: string }) {
  if (type.startsWith('image/')) return <Image {...SIZE} />;
  if (type.startsWith('video/')) return <Film {...SIZE} />;
  if (type.startsWith('audio/')) return <AudioLines {...SIZE} />;
  if (type === 'application/pdf' || type.startsWith('text/')) return <FileText {...SIZE} />;
  return /zip|tar|compressed/.test(type) ? <FileArchive {...SIZE} /> : <FileIcon {...SIZE} />;
}
