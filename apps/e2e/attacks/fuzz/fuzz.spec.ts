import { describe, expect, it } from '@jest/globals';
import { unlimitedNode } from '../deployment.js';
import { fuzz } from './run-fuzz.js';

const SEED = 20_261_129;
const COUNT = 2_000;

describe('A node that is sent what is malformed', () => {
  it('A53 A69 A32 goes on, answers no 5xx and logs no fault of its own', async () => {
    const own = await unlimitedNode();
    const report = await fuzz(own, { count: COUNT, seed: SEED }).finally(() => own.stop());
    expect([report.defects, report.played]).toEqual([[], COUNT]);
    // It is sent, and not only thought of: all kinds of answers come.
    for (const answer of ['400', '404', '415', 'not_found', 'validation_failed', 'closed'])
      expect([answer, (report.tally.get(answer) ?? 0) > 10]).toEqual([answer, true]);
    expect(report.honest.length).toBeGreaterThan(0);
  });
});
