import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.js';
import { DirectoryHeldError } from '../database/directory-lock.js';
import { type PlainSession, postgresSession } from '../database/plain-session.js';
import { runningOrStopped } from '../database/running-or-stopped.js';
import { takeSoleUse } from '../database/sole-use.js';
import { stoppedDatabase } from '../database/stopped-database.js';
import { copiedDatabase } from './copied-database.js';
import { askForCopy } from './copy-permit.js';

/**
 * A session on the database of this deployment, whether or not a node runs: on the embedded one, which belongs to its node, a copy
 * that the node lets us make, or the database itself.
 * @param beside where a copy may be, for a while. @throws with a sentence, and DirectoryHeldError.
 */
export async function backupSource({ databaseUrl, dataDir }: Config, beside: string): Promise<PlainSession> {
  if (databaseUrl !== null) return postgresSession(databaseUrl, 'backup');
  const database = requireDatabase(dataDir);
  return runningOrStopped(
    async () => {
      const permit = await askForCopy(dataDir);
      return permit && copiedDatabase(database, beside, permit);
    },
    () => stoppedDatabase(dataDir),
  );
}

/** The same for a command that writes: no node may run until it is closed. @throws with a sentence where one does. */
export async function soleSource({ databaseUrl, dataDir }: Config): Promise<PlainSession> {
  if (databaseUrl === null) {
    requireDatabase(dataDir);
    return stoppedDatabase(dataDir).catch((fault: unknown) => {
      // Nobody is to think that a node could be asked.
      throw fault instanceof DirectoryHeldError ? new Error(fault.message) : fault;
    });
  }
  const session = await postgresSession(databaseUrl, 'repair');
  await takeSoleUse(session).catch(async (fault: unknown) => {
    await session.close();
    throw fault;
  });
  return session;
}

function requireDatabase(dataDir: string): string {
  const database = join(dataDir, 'postgres');
  if (existsSync(join(database, 'PG_VERSION'))) return database;
  throw new Error(`There is no database in ${database}: is DATA_DIR right?`);
}
