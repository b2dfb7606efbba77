import { SourceCopy } from '@parley/testkit';
import { MUTATIONS, type Mutation } from './mutation-list.js';

const MOST_PRINTED = 3_000;
/** One seed with small bounds of answers, and one without. */
const BASELINE = 2;

/**
 * Breaks a copy of the sources in each known way, and expects the fuzz to pass in the copy as it is, and to fail with
 * each mutation in one of seeds 1 to `seeds`. `only`: the number of the one mutation to try, from 1.
 */
export async function mutate(seeds: number, only?: number): Promise<boolean> {
  const chosen = MUTATIONS.filter((_, index) => only === undefined || index + 1 === only);
  if (chosen.length === 0) throw new Error(`There are ${MUTATIONS.length} mutations.`);
  const copy = SourceCopy.make();
  if (!(await passes(copy, seeds))) return false;
  let unseen = 0;
  for (const mutation of chosen) if (!(await isSeen(copy, mutation, seeds))) unseen += 1;
  console.log(unseen === 0 ? `${chosen.length} mutations, all seen.` : `${unseen} of ${chosen.length} were not seen.`);
  return unseen === 0;
}

async function passes(copy: SourceCopy, seeds: number): Promise<boolean> {
  await copy.compile();
  const played = await copy.run(['apps/e2e/dist/fuzz/main.js', '--seeds', String(Math.min(seeds, BASELINE))]);
  console.log(`${played.succeeded ? '✔' : '✘'} as it is: ${played.succeeded ? 'nothing found' : 'faults found'}`);
  if (!played.succeeded) console.log(played.output.slice(-MOST_PRINTED));
  return played.succeeded;
}

/** Whether the fuzz fails in the copy with this mutation, by one of the oracles that have to see it. */
async function isSeen(copy: SourceCopy, { name, patches, seenBy }: Mutation, seeds: number): Promise<boolean> {
  return copy.broken(patches, async () => {
    for (let seed = 1; seed <= seeds; seed += 1) {
      const { output } = await copy.run(['apps/e2e/dist/fuzz/main.js', '--seed', String(seed)]);
      const faults = output.split('\n').filter((line) => /^ {4}\(\w\)/.test(line));
      const first = seenBy.flatMap((oracle) => faults.find((line) => line.trim().startsWith(oracle)) ?? [])[0];
      if (first) {
        const named = [...new Set(faults.map((line) => line.trim().slice(0, 3)))].join(' ');
        console.log(`✔ ${name}: seen by ${named} in seed ${seed}, ${faults.length} faults or more\n${first}`);
        return true;
      }
      // Output of anything else than a seed that was played is printed.
      if (!/^[✔✘] seed/m.test(output)) console.log(output.slice(-MOST_PRINTED));
    }
    console.log(`✘ ${name}: not seen`);
    return false;
  });
}
