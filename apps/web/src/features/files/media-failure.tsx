import type { AttachedFile } from '@parley/protocol';
import { useState } from 'react';
import { DownloadButton } from './download-button.js';
import { FileTile } from './file-tile.js';
import { RetryButton } from './retry-button.js';

interface MediaFailureProps {
  file: AttachedFile;
  tabStop: boolean;
  onRetry: () => void;
}

/** In place of what cannot be played: it may be a matter of the connection or of this browser. */
export function MediaFailure({ file, tabStop, onRetry }: MediaFailureProps) {
  const [refusal, setRefusal] = useState<string | null>(null);
  return (
    <FileTile file={file} note={<span className="text-danger">{refusal ?? 'Cannot be played here.'}</span>}>
      <RetryButton className="flex-none text-second" tabStop={tabStop} onRetry={onRetry} />
      <DownloadButton file={file} tabStop={tabStop} onRefused={setRefusal} />
    </FileTile>
  );
}
