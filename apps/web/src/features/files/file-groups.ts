import { type AttachedFile, kindOf } from '@parley/protocol';
import { layoutOf, single } from './picture-layout.js';

/** The files of a message as they are drawn: the pictures as one album, then everything else in its order. */
export interface FileGroups {
  pictures: readonly AttachedFile[];
  others: readonly AttachedFile[];
}

/** Those of `styles/files.css`. Pixels. */
const [TILE, GAP, PADDING] = [56, 6, 8];

export function groupsOf(files: readonly AttachedFile[]): FileGroups {
  const isPicture = ({ fileType }: AttachedFile) => kindOf(fileType) === 'picture';
  return { pictures: files.filter(isPicture), others: files.filter((file) => !isPicture(file)) };
}

/** The place of a picture, player or tile. Pixels; without a width it is as wide as its column. */
export interface FileBox {
  width?: number;
  height: number;
}

/** The boxes of a message's files from top to bottom, before anything of them is loaded. */
export function boxesOf(files: readonly AttachedFile[], areThere: boolean): FileBox[] {
  if (!areThere) return files.map(() => ({ height: TILE }));
  const { pictures, others } = groupsOf(files);
  const album = pictures.length > 0 ? [layoutOf(pictures)] : [];
  return [...album, ...others.map((file) => (kindOf(file.fileType) === 'video' ? single(file) : { height: TILE }))];
}

/** How high the files of a message are drawn in a column of this width. Pixels. */
export function heightOf(files: readonly AttachedFile[], column: number, areThere: boolean): number {
  const boxes = boxesOf(files, areThere);
  return boxes.reduce((sum, box) => sum + within(column, box) + GAP, boxes.length > 0 ? PADDING - GAP : 0);
}

function within(column: number, { width = 0, height }: FileBox): number {
  return Math.round(height * Math.min(1, column / width));
}
