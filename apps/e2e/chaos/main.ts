import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { freshDirectory, ROOT, TRANSPORTS, type Transport } from '@parley/testkit';
import { tryBrokenBuilds } from './broken/broken-builds.js';
import type { Row } from './row.contract.js';
import { combined } from './rows/f25-combined.js';
import { ROWS } from './rows/index.js';
import { type Outcome, type RunOptions, runRow } from './run-row.js';
import { outcomeLines, table } from './verdict-table.js';

const USAGE = `npm run chaos -- [rows] [options]
  F8 F10 …          only these rows; all of them where none is named
  --minutes N       the combined row (F25) for so many minutes
  --seed N          what is left to chance is the same for the same number
  --transports A,B  the clients' transports, in turn; all three where missing: socketio, websocket, stomp
  --server PATH     another build's apps/api/dist/main.js for all nodes
  --broken [N]      breaks copies of the build in each known way, or the Nth, and shows that the checker notices
  --list            tells the rows and runs none`;

function given() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      minutes: { type: 'string' },
      seed: { type: 'string' },
      server: { type: 'string' },
      transports: { type: 'string' },
      broken: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
    },
  });
  const seed = values.seed === undefined ? 1 + Math.floor(Math.random() * 1e6) : Number(values.seed);
  const minutes = values.minutes === undefined ? null : Number(values.minutes);
  if (!Number.isInteger(seed) || (minutes !== null && !(minutes > 0))) throw new Error(USAGE);
  const transports = values.transports?.split(',').map(transportOf);
  const { list, server, broken } = values;
  const only = broken && positionals.length > 0 ? Number(positionals[0]) : undefined;
  return { rows: broken ? [] : chosen(positionals, minutes), seed, list, server, broken, only, transports };
}

function chosen(ids: readonly string[], minutes: number | null): Row[] {
  if (minutes !== null) return [combined(minutes)];
  if (ids.length === 0) return ROWS;
  return ids.map((id) => {
    const row = ROWS.find((each) => each.id.toLowerCase() === id.toLowerCase());
    if (!row) throw new Error(`There is no row ${id}.\n${USAGE}`);
    return row;
  });
}

function transportOf(name: string): Transport {
  const transport = TRANSPORTS.find((each) => each === name);
  if (!transport) throw new Error(USAGE);
  return transport;
}

function commit(): string {
  const asked = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: ROOT, encoding: 'utf8' });
  return asked.status === 0 ? asked.stdout.trim() : '';
}

async function chaos(): Promise<boolean> {
  const { rows, seed, list, server, broken, only, transports } = given();
  if (list) {
    for (const { id, title, nodes } of rows) console.log(`${id.padEnd(4)} ${title} (${nodes} nodes)`);
    return true;
  }
  const directory = freshDirectory('chaos');
  const options = { seed, git: commit(), directory, server, transports };
  console.log(`Seed ${seed}. Histories go to ${directory} and stay only where a row fails.`);
  const passed = broken
    ? await tryBrokenBuilds({ ...options, say: () => undefined }, only)
    : await playAll(rows, options);
  if (passed) rmSync(directory, { recursive: true, force: true });
  return passed;
}

async function playAll(rows: readonly Row[], options: Omit<RunOptions, 'say'>): Promise<boolean> {
  const outcomes: Outcome[] = [];
  for (const row of rows) {
    console.log(`▶ ${row.id} ${row.title}`);
    const began = performance.now();
    const seconds = () => ((performance.now() - began) / 1_000).toFixed(0).padStart(4);
    const outcome = await runRow(row, { ...options, say: (line) => console.log(`    ${seconds()} s  ${line}`) });
    outcomes.push(outcome);
    const sign = outcome.verdict === 'green' ? '✔' : '✘';
    console.log(`${sign} ${row.id} ${outcome.verdict} (${outcome.seconds.toFixed(0)} s)`);
    for (const line of outcomeLines(outcome)) console.log(line);
  }
  console.log(`\n${table(outcomes).join('\n')}`);
  const green = outcomes.filter(({ verdict }) => verdict === 'green').length;
  console.log(`\n${green} of ${outcomes.length} rows green, seed ${options.seed}.`);
  return green === outcomes.length;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const passed = await chaos().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return false;
});
process.exit(passed ? 0 : 1);
