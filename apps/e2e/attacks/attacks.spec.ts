import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ownDeployment } from './deployment.js';
import type { Row } from './row.contract.js';
import { ROWS } from './rows/index.js';
import { runRow } from './run-row.js';
import type { Target } from './target.js';
import { outcomeLines } from './verdict-table.js';

/** Other tests may be at work beside this one: how soon a probe arrives is for `npm run attacks` to judge. */
const PROBE_MS = 10_000;

describe('Two nodes under attack', () => {
  let target: Target;

  beforeAll(async () => {
    target = await ownDeployment();
  });

  afterAll(async () => {
    await target.own?.stop();
  });

  const short: [string, Row][] = ROWS.filter(({ isSlow }) => !isSlow).map((row) => [`${row.id} ${row.title}`, row]);

  it.each(short)('%s', async (_title, row) => {
    const outcome = await runRow(row, target, PROBE_MS);
    expect(outcome.verdict === 'held' ? [] : outcomeLines(outcome)).toEqual([]);
  });
});
