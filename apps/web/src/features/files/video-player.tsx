import type { AttachedFile } from '@parley/protocol';
import { MediaFailure } from './media-failure.js';
import { single } from './picture-layout.js';
import { backdropOf } from './placeholder.js';
import { useFileLink } from './use-file-link.js';
import { useResumed } from './use-resumed.js';

/** A video in a box that is there before it, with the browser's own controls. Nothing of it is loaded before it is played. */
export function VideoPlayer({ file, tabStop }: { file: AttachedFile; tabStop: boolean }) {
  const poster = useFileLink(file, 1280);
  const link = useFileLink(file);
  const { url, isFailed, retry } = link;
  const { player, ...media } = useResumed<HTMLVideoElement>(link);
  const { width, height } = single(file);
  const backdrop = backdropOf(file);
  if (isFailed) return <MediaFailure file={file} tabStop={tabStop} onRetry={retry} />;
  return (
    <div className="file-video" style={{ width, aspectRatio: `${width} / ${height}`, ...backdrop }}>
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption -- what people send has none */}
      <video
        ref={player}
        src={url ?? undefined}
        poster={poster.url ?? undefined}
        controls
        preload="none"
        playsInline
        tabIndex={tabStop ? 0 : -1}
        aria-label={file.fileName}
        {...media}
      />
    </div>
  );
}
