import type { AttachedFile } from '@parley/protocol';

/** What was written with a picture says more of it than its name. */
export function altOf({ fileName }: Pick<AttachedFile, 'fileName'>, words: string): string {
  return words === '' ? fileName : words;
}
