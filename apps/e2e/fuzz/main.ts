import { parseArgs } from 'node:util';
import { type Figures, IN_LONG, sumUp } from './figures.js';
import { mutate } from './mutations.js';
import { type PlayedSeed, playSeeds } from './seeds.js';
import type { Engine } from './venue.js';

const USAGE = `npm run fuzz -- [options]
  --engine E        postgres (the default) or embedded
  --seeds N         seeds 1 to N (50)
  --seed N          only this one
  --operations N    random operations a seed (2000)
  --mutate          breaks a copy of the sources in known ways instead, and shows that the fuzz notices (up to 8 seeds each)
  --only N          only the Nth of these ways`;

const LISTED = 30;
/** In so many seeds, of odd and even numbers, everything is to happen. */
const MANY = 10;

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
    values.seeds ?? (isMutation ? '8' : '50'),
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
  const told = figuresLine(figures);
  console.log(`${faults.length === 0 ? '✔' : '✘'} seed ${seed}, ${engine}: ${told} (${seconds.toFixed(1)} s)`);
  if (faults.length === 0) return;
  for (const fault of faults.slice(0, LISTED)) console.log(`    ${fault}`);
  if (faults.length > LISTED) console.log(`    … ${faults.length} in all`);
  for (const line of log.trimEnd().split('\n').slice(-LISTED)) console.log(`    node: ${line.slice(0, 1000)}`);
  console.log(`  again: npm run fuzz -- --engine ${engine} --seed ${seed} --operations ${operations}`);
}

function figuresLine(figures: Figures): string {
  return Object.entries(figures)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

async function fuzz(): Promise<boolean> {
  const { engine, numbers, operations, isMutation, only } = given();
  if (isMutation) return mutate(numbers.length, only);
  let failed = 0;
  const totals: Figures[] = [];
  await playSeeds({ engine, seeds: numbers, operations }, (played) => {
    tell(played, engine, operations);
    totals.push(played.figures);
    if (played.faults.length > 0) failed += 1;
  });
  const total = sumUp(totals);
  const missed = numbers.length >= MANY ? IN_LONG.filter((name) => !total[name]) : [];
  console.log(`in all: ${figuresLine(total)}`);
  if (missed.length > 0) console.log(`never happened: ${missed.join(', ')}`);
  console.log(
    failed === 0 ? `${numbers.length} seeds, nothing found.` : `${failed} of ${numbers.length} seeds failed.`,
  );
  return failed === 0 && missed.length === 0;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const passed = await fuzz().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return false;
});
process.exit(passed ? 0 : 1);
