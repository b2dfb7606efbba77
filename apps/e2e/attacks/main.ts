import { parseArgs } from 'node:util';
import { foreignDeployment, ownDeployment, unlimitedNode } from './deployment.js';
import { describeReport, fuzz } from './fuzz/run-fuzz.js';
import type { Row } from './row.contract.js';
import { ROWS } from './rows/index.js';
import { type Outcome, runRow } from './run-row.js';
import { outcomeLines, summary } from './verdict-table.js';

const USAGE = `npm run attacks -- [rows] [options]
  A12 A51 …         only these rows; all of them where none is named
  --url URL         nodes that run already, each with its --url; without, two are started for it
  --fuzz N          sends so many malformed frames and requests to a node of its own instead
  --seed N          the same ones for the same number
  --list            tells the rows and plays none`;

function given() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      url: { type: 'string', multiple: true, default: [] },
      fuzz: { type: 'string' },
      seed: { type: 'string' },
      list: { type: 'boolean', default: false },
    },
  });
  const seed = values.seed === undefined ? 1 + Math.floor(Math.random() * 1e6) : Number(values.seed);
  const count = values.fuzz === undefined ? 0 : Number(values.fuzz);
  if (!Number.isInteger(seed) || !Number.isInteger(count)) throw new Error(USAGE);
  return {
    count,
    seed,
    rows: chosen(positionals),
    urls: values.url.map((each) => new URL(each).origin),
    list: values.list,
  };
}

function chosen(ids: readonly string[]): readonly Row[] {
  if (ids.length === 0) return ROWS;
  return ids.flatMap((id) => {
    const rows = ROWS.filter((each) => each.id.toLowerCase() === id.toLowerCase());
    if (rows.length === 0) throw new Error(`There is no row ${id}.\n${USAGE}`);
    return rows;
  });
}

async function attacks(): Promise<boolean> {
  const { rows, urls, list, count, seed } = given();
  if (list) {
    for (const { id, title } of rows) console.log(`${id.padEnd(4)} ${title}`);
    return true;
  }
  if (count > 0) return malformedInput(count, seed);
  const target = urls.length > 0 ? await foreignDeployment(urls) : await ownDeployment();
  const outcomes: Outcome[] = [];
  try {
    for (const row of rows) {
      const outcome = await runRow(row, target);
      outcomes.push(outcome);
      for (const line of outcomeLines(outcome)) console.log(line);
    }
  } finally {
    await target.own?.stop();
  }
  console.log(`\n${summary(outcomes)}`);
  return outcomes.every(({ verdict }) => verdict !== 'failed');
}

async function malformedInput(count: number, seed: number): Promise<boolean> {
  console.log(`Seed ${seed}.`);
  const own = await unlimitedNode();
  const report = await fuzz(own, { count, seed }).finally(() => own.stop());
  for (const line of describeReport(report)) console.log(line);
  return report.defects.length === 0;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const held = await attacks().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return false;
});
process.exit(held ? 0 : 1);
