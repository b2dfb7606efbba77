import type { AttachedFile } from '@parley/protocol';
import { useState } from 'react';
import { DownloadButton } from './download-button.js';
import { FileTile } from './file-tile.js';

/** A file that is not drawn here. It is only ever saved, so that nothing in it runs. */
export function DocumentTile({ file, tabStop }: { file: AttachedFile; tabStop: boolean }) {
  const [refusal, setRefusal] = useState<string | null>(null);
  return (
    <FileTile file={file} note={refusal === null ? undefined : <FileNote words={refusal} />}>
      <DownloadButton file={file} tabStop={tabStop} onRefused={setRefusal} />
    </FileTile>
  );
}

/** Says in place of type and size why something did not work. */
function FileNote({ words }: { words: string }) {
  return (
    <span role="alert" className="text-danger">
      {words}
    </span>
  );
}
