import type { AttachedFile } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { Download } from 'lucide-react';
import { sentenceFor } from '../../api/sentences.js';
import { IconButton } from '../../ui/button.js';
import { download } from './download.js';

interface DownloadButtonProps {
  file: AttachedFile;
  tabStop: boolean;
  /** Why it could not be saved; null as soon as it is tried. */
  onRefused: (sentence: string | null) => void;
}

export function DownloadButton({ file, tabStop, onRefused }: DownloadButtonProps) {
  const client = useChatClient();
  return (
    <IconButton
      label={`Download ${file.fileName}`}
      tabIndex={tabStop ? 0 : -1}
      onClick={() => {
        onRefused(null);
        download(client, file).catch((fault: unknown) => onRefused(sentenceFor(fault)));
      }}
    >
      <Download size={18} strokeWidth={1.6} />
    </IconButton>
  );
}
