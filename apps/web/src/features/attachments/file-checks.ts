import type { AnnouncedLimits } from '@parley/protocol';
import { fileSize } from '../../ui/file-size.js';
import { isolate } from '../../ui/isolated.js';

/** What of the limits concerns files. */
export type FileLimits = Pick<AnnouncedLimits, 'fileBytes' | 'filesPerMessage'>;

export interface Checked {
  taken: File[];
  /** A sentence for each rule that something broke. */
  refusals: string[];
}

/** Sorts out what the server would refuse, before anything is sent. `present`: how many files the message has already. */
export function checkFiles(files: readonly File[], present: number, limits: FileLimits): Checked {
  const empty = files.filter(({ size }) => size === 0);
  const large = files.filter(({ size }) => size > limits.fileBytes);
  const fit = files.filter(({ size }) => size > 0 && size <= limits.fileBytes);
  const room = Math.max(0, limits.filesPerMessage - present);
  return {
    taken: fit.slice(0, room),
    refusals: [
      empty.length > 0 ? `${namesOf(empty)} ${isAre(empty)} empty. Only files with something in them can be sent.` : '',
      large.length > 0
        ? `${namesOf(large)} ${isAre(large)} too large. A file may have ${fileSize(limits.fileBytes)} at most.`
        : '',
      fit.length > room ? tooMany(limits.filesPerMessage, fit.slice(room)) : '',
    ].filter((sentence) => sentence !== ''),
  };
}

/** A folder has no content of its own, and browsers answer a request for it with an error. */
export const NO_FOLDERS = 'A folder cannot be sent. Choose the files in it, or pack it into one file first.';

function tooMany(most: number, left: readonly File[]): string {
  const files = most === 1 ? 'one file' : `${most} files`;
  return `A message takes ${files} at most. Not added: ${namesOf(left)}.`;
}

function isAre({ length }: readonly File[]): string {
  return length === 1 ? 'is' : 'are';
}

/** Two by their names, the rest by number. */
function namesOf(files: readonly File[]): string {
  const names = files.slice(0, files.length === 3 ? 3 : 2).map(({ name }) => isolate(name));
  const rest = files.length - names.length;
  const last = rest > 0 ? `${rest} more` : names.pop();
  return names.length > 0 ? `${names.join(', ')} and ${last}` : (last ?? '');
}
