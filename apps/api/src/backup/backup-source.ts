import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.js';
import { lockDirectory } from '../database/directory-lock.js';
import { EmbeddedClient } from '../database/embedded-client.js';
import { embeddedSession, type PlainSession, postgresSession } from '../database/plain-session.js';
import { runningOrStopped } from '../database/running-or-stopped.js';
import { copiedDatabase } from './copied-database.js';
import { askForCopy } from './copy-permit.js';

/**
 * A session on the database of this deployment, whether or not a node runs: on the embedded one, which belongs to its node, a copy
 * that the node lets us make, or the database itself.
 * @param beside where a copy may be, for a while. @throws with a sentence, and DirectoryHeldError.
 */
export async function backupSource({ databaseUrl, dataDir }: Config, beside: string): Promise<PlainSession> {
  if (databaseUrl !== null) return postgresSession(databaseUrl, 'backup');
  const database = join(dataDir, 'postgres');
  if (!existsSync(join(database, 'PG_VERSION')))
    throw new Error(`There is no database in ${database}: is DATA_DIR right?`);
  return runningOrStopped(
    async () => {
      const permit = await askForCopy(dataDir);
      return permit && copiedDatabase(database, beside, permit);
    },
    () => stoppedDatabase(dataDir, database),
  );
}

/** No node can start until it is closed. */
async function stoppedDatabase(dataDir: string, database: string): Promise<PlainSession> {
  const release = await lockDirectory(dataDir);
  try {
    const session = await embeddedSession(await EmbeddedClient.open(database));
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
