/** What comes by paste and by drop. */

/** What of a `DataTransfer` is looked at. */
export type Transfer = Pick<DataTransfer, 'files' | 'items' | 'types' | 'getData'>;

export interface Transferred {
  files: File[];
  hasFolders: boolean;
}

/** Whether files are dragged; their number is not told before they are dropped. */
export function hasFiles({ types }: Pick<DataTransfer, 'types'>): boolean {
  return types.includes('Files');
}

export function droppedFiles({ items, files }: Transfer): Transferred {
  const kept: File[] = [];
  let hasFolders = false;
  for (const item of items) {
    if (item.kind !== 'file') continue;
    const file = item.getAsFile();
    if (item.webkitGetAsEntry()?.isDirectory) hasFolders = true;
    else if (file) kept.push(file);
  }
  // Some browsers list what scripts have put there among the files alone.
  return { files: kept.length === 0 && !hasFolders ? [...files] : kept, hasFolders };
}

/**
 * The files of the clipboard; none where its text is what is wanted: word processors put a picture of the text beside it.
 * A text that only names the files comes from a file manager.
 */
export function pastedFiles(clipboard: Transfer, now: Date): Transferred {
  const transferred = droppedFiles(clipboard);
  const names = transferred.files.map(({ name }) => name.normalize());
  const lines = clipboard.getData('text/plain').split('\n').map(writtenOut).filter(Boolean);
  if (!lines.every((line) => names.some((name) => line.endsWith(name)))) return { files: [], hasFolders: false };
  return { ...transferred, files: transferred.files.map((file) => named(file, now)) };
}

/** File managers write names as addresses, or with accents apart from their letters. */
function writtenOut(line: string): string {
  const text = line.trim().normalize();
  if (!text.startsWith('file:')) return text;
  try {
    return decodeURIComponent(text).normalize();
  } catch {
    return text;
  }
}

/** A picture that was copied from a page or the screen is called the same each time. */
function named(file: File, now: Date): File {
  if (!/^image\.\w+$/.test(file.name)) return file;
  const extension = file.name.slice(file.name.lastIndexOf('.'));
  return new File([file], `Picture ${stamp(now)}${extension}`, { type: file.type });
}

/** Of the local time; sorts as text, and all file systems take it. */
export function stamp(at: Date): string {
  const two = (part: number) => String(part).padStart(2, '0');
  const day = [at.getFullYear(), at.getMonth() + 1, at.getDate()].map(two).join('-');
  return `${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join('.')}`;
}
