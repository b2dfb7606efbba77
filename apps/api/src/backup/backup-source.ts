import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.js';
import { DirectoryHeldError, lockDirectory } from '../database/directory-lock.js';
import { EmbeddedClient } from '../database/embedded-client.js';
import { embeddedSession, type PlainSession, postgresSession } from '../database/plain-session.js';
import { runningOrStopped } from '../database/running-or-stopped.js';
import { takeSoleUse } from '../database/sole-use.js';
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

/** No node can start until it is closed. */
async function stoppedDatabase(dataDir: string): Promise<PlainSession> {
  const release = await lockDirectory(dataDir);
  try {
    const session = await embeddedSession(await EmbeddedClient.open(join(dataDir, 'postgres')));
    const close = async () => {
      await session.close();
      await release();
    };
    return { ...session, close };
  } catch (fault) {
    await release();
    throw fault;
  }
}
