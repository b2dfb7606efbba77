import type { Database } from './database.js';
import { deployment } from './schema/index.js';

/**
 * What distinguishes this installation from every other, the same on all of its nodes. It outlives updates, restarts
 * and failovers; a copy of the database is another one once its epoch is renewed.
 */
export async function installationOf(database: Database): Promise<string> {
  const [row] = await database.db.select({ epoch: deployment.epoch }).from(deployment);
  if (!row) throw new Error('The database has no row in "deployment": it was not set up by Parley.');
  return row.epoch;
}
