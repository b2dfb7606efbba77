import type { AttachedFile } from '@parley/protocol';
import { type CSSProperties, type RefObject, useState } from 'react';
import { Button } from '../../ui/button.js';
import { isDrawn } from './file-kind.js';
import { placeholderOf } from './placeholder.js';
import { useFileLink } from './use-file-link.js';
import type { Zoom } from './zoom.js';

interface LightboxPictureProps {
  file: AttachedFile;
  alt: string;
  pictureRef: RefObject<HTMLDivElement | null>;
  zoom: Zoom;
  /** Moved by a pointer right now. */
  isHeld: boolean;
}

/** Fitted into the stage: the larger thumbnail, and once it is enlarged the original over it. */
export function LightboxPicture({ file, alt, pictureRef, zoom, isHeld }: LightboxPictureProps) {
  const { url, isFailed, onError, retry } = useFileLink(file, 1280);
  const [isSharp, setSharp] = useState(false);
  if (zoom.scale > 1 && !isSharp && isDrawn(file)) setSharp(true);
  const backdrop = placeholderOf(file.placeholder);
  if (isFailed) {
    return (
      <div className="flex flex-col items-center gap-3 text-body text-ink-2">
        <p>This picture could not be loaded.</p>
        <Button onClick={retry}>Try again</Button>
      </div>
    );
  }
  return (
    <div
      ref={pictureRef}
      className="lightbox-picture"
      data-held={isHeld || undefined}
      style={{ ...fitted(file), transform: `translate(${zoom.x}px, ${zoom.y}px) scale(${zoom.scale})` }}
    >
      <img
        src={url ?? backdrop ?? undefined}
        alt={alt}
        draggable={false}
        onError={url === null ? undefined : onError}
      />
      {isSharp ? <Original file={file} /> : null}
    </div>
  );
}

/** As large as the stage allows, yet not enlarged, before anything is loaded. */
function fitted({ width, height }: AttachedFile): CSSProperties {
  if (!width || !height) return { width: '100cqw', height: '100cqh' };
  return { width: `min(100cqw, ${width / height} * 100cqh, ${width}px)`, aspectRatio: `${width} / ${height}` };
}

/** Over the thumbnail once it is loaded. */
function Original({ file }: { file: AttachedFile }) {
  const { url, onError } = useFileLink(file);
  const [isLoaded, setLoaded] = useState(false);
  if (url === null) return null;
  return (
    <img
      src={url}
      alt=""
      draggable={false}
      className={isLoaded ? undefined : 'invisible'}
      onLoad={() => setLoaded(true)}
      onError={onError}
    />
  );
}
