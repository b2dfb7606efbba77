import { grouped, type Progress } from '../backup/progress.js';
import { beginSnapshot, endSnapshot, type SnapshotFacts } from '../backup/snapshot.repository.js';
import type { PlainSession, Queries } from '../database/plain-session.js';
import { migrationsHere, placeOf } from '../database/schema-state.js';
import type { FileStore } from '../platform/storage/file-store.js';
import { type FoundContents, lookForContents } from './found-contents.js';
import { EXAMPLES, type Invariant } from './invariant.js';
import {
  countRows,
  INVARIANT_COUNT,
  noteRepair,
  pagesOf,
  renewEpoch,
  repairPage,
  UNITS,
  unitsToRepair,
  type Violation,
  violationsIn,
} from './verify.repository.js';

export interface VerifyParts {
  session: PlainSession;
  store: FileStore;
  progress: Progress;
}

/** What was found, of the rows and of the store. */
export interface Verdict {
  /** One for each invariant that does not hold. */
  violations: readonly Violation[];
  contents: FoundContents;
}

/**
 * Looks at the rows of one moment, page by page, and then whether the store has the contents that they know of.
 * @throws with a sentence where the tables are not those of this version.
 */
export async function verify({ session, store, progress }: VerifyParts): Promise<Verdict> {
  requireOwnTables(await beginSnapshot(session));
  const violations = await lookAtRows(session, progress);
  await endSnapshot(session);
  for (const each of violations) progress.say(sentenceOf(each));
  return { violations, contents: await lookForContents(session, store, progress) };
}

/** Newer ones were refused already. */
function requireOwnTables({ schema }: SnapshotFacts): void {
  const migrations = migrationsHere();
  if (placeOf(schema, migrations) === migrations.length) return;
  throw new Error(
    'The tables are those of an older version of Parley: look with that one, or start a node of this one.',
  );
}

/** As of one moment only within a transaction that the session has begun. */
export async function lookAtRows(session: Queries, progress: Progress): Promise<Violation[]> {
  const found = new Map<Invariant, Violation>();
  for (const unit of UNITS) {
    const all = await countRows(session, unit);
    let looked = 0;
    for await (const page of pagesOf(session, unit)) {
      for (const each of await violationsIn(session, page))
        found.set(each.invariant, sum(found.get(each.invariant), each));
      looked += page.rows;
      progress.at(() => `${unit}: ${grouped(looked)} of ${grouped(all)} looked at`);
    }
  }
  return [...found.values()];
}

/** Where one of these is broken, what is derived from other rows is made anew; clients fetch everything afresh then. */
export async function repair(
  session: PlainSession,
  violations: readonly Violation[],
  progress: Progress,
): Promise<void> {
  const units = unitsToRepair(violations);
  if (units.length === 0) return;
  // First, as it may be cut off.
  await noteRepair(session, violations);
  await renewEpoch(session);
  for (const unit of units) {
    let done = 0;
    for await (const page of pagesOf(session, unit)) {
      await repairPage(session, page);
      done += page.rows;
      progress.at(() => `${unit}: ${grouped(done)} repaired where they needed it`);
    }
  }
}

/** For people. */
export const sentenceOf = ({ invariant, count, examples }: Violation): string =>
  `It does not hold that ${invariant.sentence}: ${grouped(count)} times, for example ${examples.join(', ')}. ` +
  (invariant.repair ? 'It can be repaired.' : 'It cannot be repaired from other rows.');

/** What the command ends with; null where all is well. */
export function faultsOf({ violations, contents }: Verdict): string | null {
  const sentences: string[] = [];
  if (violations.length > 0) sentences.push(`${violations.length} of ${INVARIANT_COUNT} invariants do not hold.`);
  if (contents.lost.count > 0) {
    const { count, examples } = contents.lost;
    sentences.push(
      `The store of files does not have ${grouped(count)} of ${grouped(contents.count)} contents as they should be, ` +
        `for example ${examples.join(', ')}.`,
    );
  }
  return sentences.length > 0 ? sentences.join(' ') : null;
}

function sum(before: Violation | undefined, { invariant, count, examples }: Violation): Violation {
  if (!before) return { invariant, count, examples };
  return { invariant, count: before.count + count, examples: [...before.examples, ...examples].slice(0, EXAMPLES) };
}
