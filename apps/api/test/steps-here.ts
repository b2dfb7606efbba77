import { ENGINE } from './test-database.js';

/** Half of them on each engine, since each step starts processes; with `EVERY_STEP=yes` all of them on both. */
export function stepsHere<Step>(steps: readonly Step[]): Step[] {
  if (process.env.EVERY_STEP === 'yes') return [...steps];
  const first = ENGINE === 'embedded' ? 0 : 1;
  return steps.filter((_, at) => at % 2 === first);
}
