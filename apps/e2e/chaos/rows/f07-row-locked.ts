import { delaysOf } from '@parley/testkit';
import { asAdmin } from '../database-sessions.js';
import type { Row } from '../row.contract.js';

const SECONDS = 10;
/** Probes have a conversation of their own: what they took before, and what they may take meanwhile. */
const BEFORE_SECONDS = 10;
const MOST_DELAY_MS = 300;

/** F7: another session locks the row of the busiest conversation. */
export const rowLocked: Row = {
  id: 'F7',
  title: `the busiest conversation's row locked by another session for ${SECONDS} s`,
  nodes: 2,
  check: { recovery: 2 },
  async run(stage) {
    await stage.pass(BEFORE_SECONDS);
    await stage.fault('row locked', {}, () =>
      asAdmin(stage.fleet, async (admin) => {
        await admin.query('BEGIN');
        await admin.query('SELECT id FROM conversations ORDER BY member_count DESC, id LIMIT 1 FOR UPDATE');
        await stage.pass(SECONDS);
        await admin.query('COMMIT');
      }),
    );
    await stage.pass(BEFORE_SECONDS);
  },
  judge(stage, report) {
    const [window] = stage.windows;
    if (!window) return;
    const before = delaysOf(report.probes, { from: window.from - BEFORE_SECONDS, to: window.from }, false);
    const during = delaysOf(report.probes, window, false);
    stage.figure(
      'in other conversations',
      `p99 ${before.p99.toFixed(0)} ms before, ${during.p99.toFixed(0)} ms while it was locked`,
    );
    stage.must(during.count > 0 && during.unheard === 0, `${during.unheard} probes were never heard.`);
    const most = Math.max(MOST_DELAY_MS, before.p99 * 2);
    stage.must(during.p99 <= most, `p99 was ${during.p99.toFixed(0)} ms in others, at most ${most.toFixed(0)}.`);
    stage.must(report.counts.retries > 0, 'Nobody was held up: the lock was not on the conversation.');
  },
};
