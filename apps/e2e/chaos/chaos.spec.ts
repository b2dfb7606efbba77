import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDirectory, SMALL_WORKLOAD } from '@parley/testkit';
import type { Row } from './row.contract.js';
import { nodeKilled } from './rows/f01-node-killed.js';
import { redisGone } from './rows/f08-redis.js';
import { oneConversation } from './rows/f19-one-conversation.js';
import { runRow } from './run-row.js';
import { outcomeLines } from './verdict-table.js';

/** A few of the rows of `npm run chaos`, made short, with a small workload. */
describe('A fleet', () => {
  let directory: string;
  let failed = false;

  beforeAll(() => {
    directory = freshDirectory('chaos');
  });

  // What a row that failed has left is what there is to find out why.
  afterAll(() => {
    if (!failed) rmSync(directory, { recursive: true, force: true });
  });

  const short: [string, Row][] = [
    ['F1 S0.16 loses nothing when its fullest node is killed again and again', nodeKilled(3)],
    ['F8 S0.18 delivers everything, in order, while Redis is away', redisGone([{ how: 'killed', seconds: 2.5 }])],
    ['F19 S2.1 tells many senders of one conversation in one order', oneConversation(8)],
  ];

  it.each(short)('%s', async (_title, row) => {
    // Other tests may be at work beside this one: how soon it recovers is for `npm run chaos` to judge.
    const shortened = { ...row, workload: { ...SMALL_WORKLOAD, ...row.workload }, check: { recovery: 30 } };
    const outcome = await runRow(shortened, { seed: 1, git: '', directory, say: () => undefined });
    failed ||= outcome.verdict !== 'green';
    expect(outcome.verdict === 'green' ? [] : outcomeLines(outcome)).toEqual([]);
  });
});
