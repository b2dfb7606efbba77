import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { SourceCopy } from '@parley/testkit';
import type { Row } from '../row.contract.js';
import { type Outcome, type RunOptions, runRow } from '../run-row.js';
import { outcomeLines } from '../verdict-table.js';
import { BROKEN_BUILDS, type BrokenBuild } from './build-list.js';

type Options = Omit<RunOptions, 'server'>;

const AGAIN = 'npm run chaos -- --broken';

/**
 * Whether the checker deserves trust: the build as it is passes each trial, and each build that is broken in a known way
 * fails its own by the name of what is broken. `only`: the number of the one to try, from 1.
 */
export async function tryBrokenBuilds(options: Options, only?: number): Promise<boolean> {
  const chosen = BROKEN_BUILDS.filter((_, index) => only === undefined || index + 1 === only);
  if (chosen.length === 0) throw new Error(`There are ${BROKEN_BUILDS.length} broken builds.`);
  const copy = SourceCopy.make('apps/api');
  const sound = new Map<Row, boolean>();
  for (const { row } of chosen) if (!sound.has(row)) sound.set(row, await passes(row, options));
  let unseen = 0;
  for (const build of chosen) if (!(await isSeen(build, copy, options)) || !sound.get(build.row)) unseen += 1;
  console.log(
    unseen === 0 ? `${chosen.length} broken builds, all seen.` : `${unseen} of ${chosen.length} were missed.`,
  );
  return unseen === 0;
}

/** How quick it was is of no interest here: a busy machine leaves that open. */
async function passes(row: Row, options: Options): Promise<boolean> {
  // Broken builds play the same rows: what is kept of this one must not be theirs.
  const outcome = await runRow(row, { ...options, directory: join(options.directory, 'as-it-is') });
  const { report, failures } = outcome;
  const isSound = failures.length === 0 && (report?.counts.acked ?? 0) > 0 && report?.violations.length === 0;
  console.log(`${isSound ? '✔' : '✘'} as it is, ${row.title}: ${told(outcome)}`);
  if (!isSound) for (const line of outcomeLines(outcome, AGAIN)) console.log(line);
  return isSound;
}

async function isSeen(build: BrokenBuild, copy: SourceCopy, options: Options): Promise<boolean> {
  const { name, patches, row, seenBy, fails } = build;
  const broken = await copy.broken(patches, () => runRow(row, { ...options, server: copy.server }));
  const missed: string[] = seenBy.filter((violation) => !broken.report?.found[violation]);
  if (fails && !broken.failures.some((sentence) => sentence.includes(fails))) missed.push(fails);
  console.log(`${missed.length === 0 ? '✔' : '✘'} ${name}: ${told(broken)}`);
  if (missed.length > 0) {
    console.log(`    not found: ${missed.join(', ')}`);
    for (const line of outcomeLines(broken, AGAIN)) console.log(line);
  }
  // It was to fail, so nothing of it has to be kept.
  if (broken.kept && missed.length === 0) rmSync(broken.kept, { recursive: true, force: true });
  if (fails) for (const sentence of broken.failures) console.log(`    ${sentence}`);
  for (const violation of seenBy) {
    const witness = broken.report?.violations.find((each) => each.name === violation);
    if (witness) console.log(`    ${violation}: ${witness.what}`);
  }
  return missed.length === 0;
}

function told({ verdict, report, seconds }: Outcome): string {
  const found = Object.entries(report?.found ?? {}).map(([name, count]) => `${name} ${count}`);
  const of = `${report?.counts.deliveries ?? 0} deliveries, ${seconds.toFixed(0)} s`;
  return `${verdict}${found.length > 0 ? `: ${found.join(', ')}` : ''} (${of})`;
}
