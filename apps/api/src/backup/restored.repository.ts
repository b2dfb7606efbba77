import type { PlainSession } from '../database/plain-session.js';
import { advanceNumbers, tablesIn, tablesWithRows } from '../database/table-rows.js';

/** What every database of ours has, though nobody has used it yet: of itself, and of nodes that ran. */
const ALWAYS_THERE = ['node_users', 'nodes', 'deployment', 'deployment_keys'];

/** @param place the database, for people. @throws with a sentence where it has rows. */
export async function requireEmpty(session: PlainSession, place: string): Promise<void> {
  const tables = (await tablesIn(session)).filter((table) => !ALWAYS_THERE.includes(table));
  const filled = await tablesWithRows(session, tables);
  if (filled.length > 0) throw new Error(`${place} is not empty: it has rows in ${filled.join(', ')}.`);
}

/** Removes what a new database comes with. */
export async function removeInitialRows(session: PlainSession): Promise<void> {
  const tables = await tablesIn(session);
  for (const table of ALWAYS_THERE.filter((each) => tables.includes(each))) await session.exec(`DELETE FROM ${table}`);
}

/** Once all rows are there: numbers go on after them, and clients notice that this is another history. */
export async function renewEpoch(session: PlainSession): Promise<void> {
  for (const table of await tablesIn(session)) await advanceNumbers(session, table);
  await session.exec('UPDATE deployment SET epoch = gen_random_uuid()');
}

/** So that the planner knows the tables at once. A restore is whole without it. */
export async function analyzed(session: PlainSession): Promise<void> {
  try {
    for (const table of await tablesIn(session)) await session.exec(`ANALYZE ${table}`);
  } catch {
    // It is done in time, by Postgres or by the node.
  }
}
