import type { AttachedFile } from '@parley/protocol';
import { Suspense, useState } from 'react';
import { lazyPart } from '../../ui/lazy-part.js';
import { altOf } from './picture-alt.js';
import { PictureCell } from './picture-cell.js';
import { layoutOf } from './picture-layout.js';

const Lightbox = lazyPart(() => import('./lightbox.js'));

interface PictureGridProps {
  pictures: readonly AttachedFile[];
  /** The message's text; '' without one. */
  words: string;
  tabStop: boolean;
}

/** The pictures of a message, of which a click shows one as large as the window. */
export function PictureGrid({ pictures, words, tabStop }: PictureGridProps) {
  const [opened, setOpened] = useState<number | null>(null);
  const { width, height, shown, more } = layoutOf(pictures);
  return (
    <>
      <div className="file-grid" data-shown={shown} style={{ width, aspectRatio: `${width} / ${height}` }}>
        {pictures.slice(0, shown).map((file, index) => (
          <PictureCell
            key={file.fileId}
            file={file}
            alt={altOf(file, words)}
            more={index === shown - 1 ? more : 0}
            tabStop={tabStop}
            onOpen={() => setOpened(index)}
          />
        ))}
      </div>
      {opened === null ? null : (
        <Suspense fallback={null}>
          <Lightbox pictures={pictures} words={words} at={opened} onMove={setOpened} onClose={() => setOpened(null)} />
        </Suspense>
      )}
    </>
  );
}
