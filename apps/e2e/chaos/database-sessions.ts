import type { Fleet } from '@parley/testkit';
import type { Client } from 'pg';
import type { Stage } from './stage.js';

const DATABASE = 'parley';
/** Two pools of 10 and 8, and the session that watches. */
const MOST_SESSIONS = 19;

/** Does something in a session of its own, as the server's superuser. */
export async function asAdmin<T>(fleet: Fleet, work: (admin: Client) => Promise<T>): Promise<T> {
  const admin = await fleet.postgres.connect(DATABASE);
  // It may be among the sessions that are ended.
  admin.on('error', () => undefined);
  try {
    return await work(admin);
  } finally {
    await admin.end().catch(() => undefined);
  }
}

/** Ends every session of a node at once. */
export function terminateNodes(fleet: Fleet): Promise<unknown> {
  return asAdmin(fleet, (admin) =>
    admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'parley-%'"),
  );
}

/** That the nodes' pools are whole: no more sessions than they may have, and none that holds on to a transaction. */
export async function mustBeWhole(stage: Stage, after: string): Promise<void> {
  const { rows } = await asAdmin(stage.fleet, (admin) =>
    admin.query<{ node: string; total: number; stuck: number; idle: number }>(
      `SELECT right(application_name, 8) AS node, count(*)::int AS total,
              count(*) FILTER (WHERE state = 'idle')::int AS idle,
              count(*) FILTER (WHERE state <> 'idle' AND now() - xact_start > interval '5 s')::int AS stuck
         FROM pg_stat_activity WHERE application_name LIKE 'parley-%' GROUP BY 1`,
    ),
  );
  const told = rows.map(({ total, idle }) => `${total} (${idle} idle)`).join(', ');
  stage.figure(`sessions of each node after ${after}`, told || 'none');
  stage.must(rows.length === stage.fleet.nodes.length, `After ${after} ${rows.length} nodes have sessions.`);
  for (const { total, stuck } of rows) {
    stage.must(total <= MOST_SESSIONS, `After ${after} a node has ${total} sessions, at most ${MOST_SESSIONS}.`);
    stage.must(stuck === 0, `After ${after} ${stuck} sessions are stuck in a transaction.`);
  }
}
