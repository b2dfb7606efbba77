import { Suspense } from 'react';
import { useHasFiles } from '../../hooks/use-has-files.js';
import { lazyPart } from '../../ui/lazy-part.js';
import type { DrawnFilesProps } from './drawn-files.js';
import { boxesOf } from './file-groups.js';
import { withTransfers } from './with-transfers.js';

const DrawnFiles = lazyPart(() => withTransfers(import('./drawn-files.js')));

/** The files of a message, at a place that is there before they and what draws them are loaded. */
export function MessageFiles({ files, words, tabStop }: Omit<DrawnFilesProps, 'areThere'>) {
  const areThere = useHasFiles();
  if (files.length === 0) return null;
  return (
    <div className="message-files" data-testid="files">
      <Suspense
        fallback={boxesOf(files, areThere).map(({ width, height }, index) => (
          <div
            key={index}
            className="file-box"
            style={{ width, aspectRatio: width && `${width} / ${height}`, height: width ? undefined : height }}
          />
        ))}
      >
        <DrawnFiles files={files} words={words} tabStop={tabStop} areThere={areThere} />
      </Suspense>
    </div>
  );
}
