import type { AttachedFile } from '@parley/protocol';
import { ImageOff } from 'lucide-react';
import { useState } from 'react';
import { backdropOf } from './placeholder.js';
import { RetryButton } from './retry-button.js';
import { useFileLink } from './use-file-link.js';

interface PictureCellProps {
  file: AttachedFile;
  /** What it is called for those who do not see it. */
  alt: string;
  /** How many more pictures the message has than are drawn. */
  more: number;
  tabStop: boolean;
  onOpen: () => void;
}

/** A picture in a box that is there before it: blurred until it is loaded, words in its place if it cannot be. */
export function PictureCell({ file, alt, more, tabStop, onOpen }: PictureCellProps) {
  const { url, isFailed, onError, retry } = useFileLink(file, 320);
  const [isLoaded, setLoaded] = useState(false);
  if (isFailed) return <FailedPicture name={file.fileName} tabStop={tabStop} onRetry={retry} />;
  return (
    <button
      type="button"
      className="file-cell"
      data-testid="picture"
      data-loaded={isLoaded || undefined}
      style={isLoaded ? undefined : backdropOf(file)}
      tabIndex={tabStop ? 0 : -1}
      aria-haspopup="dialog"
      onClick={onOpen}
    >
      <img src={url ?? undefined} alt={alt} draggable={false} onLoad={() => setLoaded(true)} onError={onError} />
      {more > 0 ? (
        <span className="file-more">
          +{more}
          <span className="sr-only"> more</span>
        </span>
      ) : null}
    </button>
  );
}

interface FailedPictureProps {
  name: string;
  tabStop: boolean;
  onRetry: () => void;
}

function FailedPicture({ name, tabStop, onRetry }: FailedPictureProps) {
  return (
    <div className="file-cell file-failed" data-testid="failed-picture">
      <ImageOff size={18} strokeWidth={1.6} aria-hidden="true" />
      <span className="text-meta">
        Not loaded<span className="sr-only">: {name}</span>
      </span>
      <RetryButton className="text-meta" tabStop={tabStop} onRetry={onRetry} />
    </div>
  );
}
