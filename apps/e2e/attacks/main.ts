import { parseArgs } from 'node:util';
import { foreignDeployment, ownDeployment } from './deployment.js';
import type { Row } from './row.contract.js';
import { ROWS } from './rows/index.js';
import { type Outcome, runRow } from './run-row.js';
import { account, summary } from './verdict-table.js';

const USAGE = `npm run attacks -- [rows] [options]
  A12 A51 …         only these rows; all of them where none is named
  --url URL         nodes that run already, each with its --url; without, two are started for it
  --list            tells the rows and plays none`;

function given() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { url: { type: 'string', multiple: true, default: [] }, list: { type: 'boolean', default: false } },
  });
  return { rows: chosen(positionals), urls: values.url.map((each) => new URL(each).origin), list: values.list };
}

function chosen(ids: readonly string[]): readonly Row[] {
  if (ids.length === 0) return ROWS;
  return ids.map((id) => {
    const row = ROWS.find((each) => each.id.toLowerCase() === id.toLowerCase());
    if (!row) throw new Error(`There is no row ${id}.\n${USAGE}`);
    return row;
  });
}

async function attacks(): Promise<boolean> {
  const { rows, urls, list } = given();
  if (list) {
    for (const { id, title } of rows) console.log(`${id.padEnd(4)} ${title}`);
    return true;
  }
  const target = urls.length > 0 ? await foreignDeployment(urls) : await ownDeployment();
  const outcomes: Outcome[] = [];
  try {
    for (const row of rows) {
      const outcome = await runRow(row, target);
      outcomes.push(outcome);
      for (const line of account(outcome)) console.log(line);
    }
  } finally {
    await target.own?.stop();
  }
  console.log(`\n${summary(outcomes)}`);
  return outcomes.every(({ verdict }) => verdict !== 'failed');
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const held = await attacks().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return false;
});
process.exit(held ? 0 : 1);
