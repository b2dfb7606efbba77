import type { AttachedFile } from '@parley/protocol';
import { useState } from 'react';
import { DownloadButton } from './download-button.js';
import { FileTile } from './file-tile.js';

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
      <button
        type="button"
        className="flex-none rounded-inline px-1.5 py-1 text-second font-medium text-accent hover:underline"
        tabIndex={tabStop ? 0 : -1}
        onClick={(event) => {
          // The button goes: the focus stays with the message.
          event.currentTarget.closest('article')?.focus();
          onRetry();
        }}
      >
        Try again
      </button>
      <DownloadButton file={file} tabStop={tabStop} onRefused={setRefusal} />
    </FileTile>
  );
}
