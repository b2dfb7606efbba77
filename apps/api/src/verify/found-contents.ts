import { isThere } from '../backup/contents.js';
import { grouped, type Progress } from '../backup/progress.js';
import { type ContentRow, contentsIn, neededAmong } from '../backup/snapshot.repository.js';
import type { PlainSession } from '../database/plain-session.js';
import type { FileStore } from '../platform/storage/file-store.js';
import { EXAMPLES } from './invariant.js';

/** What the store has of what the rows know. */
export interface FoundContents {
  count: number;
  /** Contents that messages carry and that the store does not have, or not all of. */
  lost: { count: number; examples: readonly string[] };
}

/** Questions to the store at a time. */
const AT_ONCE = 16;

/** Looks for the last byte of each content of the moment that the session began with. */
export async function lookForContents(
  session: PlainSession,
  store: FileStore,
  progress: Progress,
): Promise<FoundContents> {
  let [count, lost] = [0, 0];
  const examples: string[] = [];
  for await (const rows of together(contentsIn(session), AT_ONCE)) {
    count += rows.length;
    progress.at(() => `files: ${grouped(count)} looked for`);
    const found = await Promise.all(rows.map(({ id, size }) => isThere(store, id, size)));
    const missing = rows.filter((_, i) => !found[i]).map(({ id }) => id);
    // What no message carries may have been removed meanwhile.
    const needed = await neededAmong(session, missing);
    lost += needed.length;
    examples.push(...needed.slice(0, EXAMPLES - examples.length));
  }
  return { count, lost: { count: lost, examples } };
}

async function* together(rows: AsyncIterable<ContentRow>, most: number): AsyncGenerator<ContentRow[]> {
  let some: ContentRow[] = [];
  for await (const row of rows) {
    if (some.push(row) < most) continue;
    yield some;
    some = [];
  }
  if (some.length > 0) yield some;
}
