import { type AttachedFile, kindOf } from '@parley/protocol';
import { AudioPlayer } from './audio-player.js';
import { DocumentTile } from './document-tile.js';
import { groupsOf } from './file-groups.js';
import { FileTile } from './file-tile.js';
import { PictureGrid } from './picture-grid.js';
import { VideoPlayer } from './video-player.js';

export interface DrawnFilesProps {
  files: readonly AttachedFile[];
  /** The message's text; '' without one. */
  words: string;
  /** Whether Tab stops at what can be clicked. */
  tabStop: boolean;
  /** Whether the server has files; else they are only named. */
  areThere: boolean;
}

/** Pictures as an album, then what can be played and what can be saved. */
export default function DrawnFiles({ files, words, tabStop, areThere }: DrawnFilesProps) {
  if (!areThere) return files.map((file) => <FileTile key={file.fileId} file={file} />);
  const { pictures, others } = groupsOf(files);
  return (
    <>
      {pictures.length > 0 ? <PictureGrid pictures={pictures} words={words} tabStop={tabStop} /> : null}
      {others.map((file) => {
        const Part = PARTS[kindOf(file.fileType)];
        return <Part key={file.fileId} file={file} tabStop={tabStop} />;
      })}
    </>
  );
}

const PARTS = { picture: DocumentTile, video: VideoPlayer, audio: AudioPlayer, document: DocumentTile } as const;
