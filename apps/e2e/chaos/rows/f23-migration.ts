import { rmSync } from 'node:fs';
import { cp, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FleetNode, freshDirectory, monotonicSeconds, ROOT } from '@parley/testkit';
import type { Client } from 'pg';
import { asAdmin } from '../database-sessions.js';
import type { Row } from '../row.contract.js';
import type { Stage } from '../stage.js';

/**
 * What a next version might do to tables that every node writes to: a migration each, so that each is locked by itself.
 */
const MIGRATIONS = [
  'ALTER TABLE messages ADD COLUMN next_note text;',
  'ALTER TABLE conversations ADD COLUMN next_weight integer NOT NULL DEFAULT 0;',
  'ALTER TABLE conversation_participants ADD COLUMN next_flag boolean NOT NULL DEFAULT false;',
];
const MOST_LOCKED_MS = 1_000;
const LOOK_MS = 20;
/** Another session reads all messages at that moment, as a backup does: the migration cannot lock the table before. */
const READING_SECONDS = 8;
const CALM_SECONDS = 8;

/** F23: a version with another schema starts while this one serves, and both go on together. */
export const migrationUnderLoad: Row = {
  id: 'F23',
  title: 'a node of a next version brings the schema up to date while the others serve',
  nodes: 2,
  check: { recovery: 5 },
  async run(stage) {
    const { fleet } = stage;
    const server = await nextVersion();
    await stage.pass(3);
    const second = fleet.nodes[1] as FleetNode;
    const pids = second.pid === null ? [] : [second.pid];
    await stage.fault('a next version starts in place of a node', { pids }, async () => {
      await second.terminate();
      const locked = await longestLock(stage, async () => {
        const reader = readEverything(stage);
        await second.start({ server });
        await reader;
      });
      stage.figure('tables locked, or about to be, in one go', `${locked.toFixed(0)} ms at most`);
      stage.must(locked > 0, 'The migration was not seen.');
      stage.must(
        locked <= MOST_LOCKED_MS,
        `Tables were locked for ${locked.toFixed(0)} ms, at most ${MOST_LOCKED_MS}.`,
      );
    });
    await stage.pass(CALM_SECONDS);
    const { rows } = await asAdmin(fleet, (admin) =>
      admin.query("SELECT 1 FROM information_schema.columns WHERE column_name LIKE 'next_%'"),
    );
    stage.must(
      rows.length === MIGRATIONS.length,
      `The next version's schema has ${rows.length} of ${MIGRATIONS.length} columns.`,
    );
  },
};

interface Journal {
  entries: { idx: number; when: number; tag: string }[];
}

/** The same server, compiled as it is, with some migrations more: the path of what to start. */
async function nextVersion(): Promise<string> {
  const copy = freshDirectory('next-version');
  process.once('exit', () => rmSync(copy, { recursive: true, force: true }));
  const api = join(copy, 'apps/api');
  for (const path of ['drizzle', 'apps/api/dist', 'apps/api/package.json']) {
    await cp(join(ROOT, path), join(copy, path), { recursive: true });
  }
  await symlink(join(ROOT, 'apps/api/node_modules'), join(api, 'node_modules'));
  const path = join(copy, 'drizzle/meta/_journal.json');
  const journal = JSON.parse(await readFile(path, 'utf8')) as Journal;
  for (const sql of MIGRATIONS) {
    const last = journal.entries.at(-1) ?? { idx: -1, when: 0, tag: '' };
    const tag = `next_${last.idx + 1}`;
    journal.entries.push({ ...last, idx: last.idx + 1, when: last.when + 1, tag });
    await writeFile(join(copy, `drizzle/${tag}.sql`), sql);
  }
  await writeFile(path, JSON.stringify(journal));
  return join(api, 'dist/main.js');
}

function readEverything({ fleet, pass }: Stage): Promise<unknown> {
  return asAdmin(fleet, async (admin) => {
    await admin.query('BEGIN');
    await admin.query('SELECT count(*) FROM messages');
    await pass(READING_SECONDS);
    await admin.query('COMMIT');
  });
}

/** The longest time for which a table was locked against all others, or a waiting lock made others wait. */
async function longestLock(stage: Stage, work: () => Promise<void>): Promise<number> {
  const over = new AbortController();
  const looking = asAdmin(stage.fleet, (admin) => watchLocks(stage, admin, over.signal));
  await work().finally(() => over.abort());
  return looking;
}

async function watchLocks(stage: Stage, admin: Client, over: AbortSignal): Promise<number> {
  let longest = 0;
  let since: number | null = null;
  while (!over.aborted) {
    const { rowCount } = await admin.query(
      `SELECT 1 FROM pg_locks l JOIN pg_stat_activity a USING (pid)
        WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND a.application_name LIKE 'parley-migration-%'`,
    );
    const now = monotonicSeconds() * 1_000;
    if (!rowCount) since = null;
    else {
      since ??= now;
      longest = Math.max(longest, now - since, LOOK_MS);
    }
    await stage.pass(LOOK_MS / 1_000);
  }
  return longest;
}
