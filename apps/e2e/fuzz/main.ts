import { parseArgs } from 'node:util';
import { mutate } from './mutations.js';
import { type PlayedSeed, playSeeds } from './seeds.js';
import type { Engine } from './venue.js';

const USAGE = `npm run fuzz -- [options]
  --engine E        postgres (the default) or embedded
  --seeds N         seeds 1 to N (50)
  --seed N          only this one
  --operations N    random operations a seed (2000)
  --mutate          breaks a copy of the sources in known ways instead, and shows that the fuzz notices (3 seeds each)
  --only N          only the Nth of these ways`;

const LISTED = 30;

function given() {
  const { values } = parseArgs({
    options: {
      engine: { type: 'string', default: 'postgres' },
      seeds: { type: 'string' },
      seed: { type: 'string' },
      operations: { type: 'string', default: '2000' },
      mutate: { type: 'boolean', default: false },
      only: { type: 'string' },
    },
  });
  const { engine, mutate: isMutation } = values;
  const [seeds, seed, operations, only] = [
    values.seeds ?? (isMutation ? '3' : '50'),
    values.seed ?? '1',
    values.operations,
    values.only ?? '1',
  ].map(Number);
  const isEngine = engine === 'postgres' || engine === 'embedded';
  if (!isEngine || !seeds || !seed || !operations || !only) throw new Error(USAGE);
  const numbers = values.seed ? [seed] : Array.from({ length: seeds }, (_, index) => index + 1);
  return { engine: engine as Engine, numbers, operations, isMutation, only: values.only ? only : undefined };
}

function tell({ seed, faults, figures, seconds, log }: PlayedSeed, engine: Engine, operations: number): void {
  console.log(`${faults.length === 0 ? '✔' : '✘'} seed ${seed}, ${engine}: ${figures} (${seconds.toFixed(1)} s)`);
  if (faults.length === 0) return;
  for (const fault of faults.slice(0, LISTED)) console.log(`    ${fault}`);
  if (faults.length > LISTED) console.log(`    … ${faults.length} in all`);
  for (const line of log.trimEnd().split('\n').slice(-LISTED)) console.log(`    node: ${line.slice(0, 1000)}`);
  console.log(`  again: npm run fuzz -- --engine ${engine} --seed ${seed} --operations ${operations}`);
}

async function fuzz(): Promise<boolean> {
  const { engine, numbers, operations, isMutation, only } = given();
  if (isMutation) return mutate(numbers.length, only);
  let failed = 0;
  await playSeeds({ engine, seeds: numbers, operations }, (played) => {
    tell(played, engine, operations);
    if (played.faults.length > 0) failed += 1;
  });
  console.log(
    failed === 0 ? `${numbers.length} seeds, nothing found.` : `${failed} of ${numbers.length} seeds failed.`,
  );
  return failed === 0;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const passed = await fuzz().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return false;
});
process.exit(passed ? 0 : 1);
