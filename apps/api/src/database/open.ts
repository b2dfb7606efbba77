import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { Config } from '../config/config.js';
import type { OpenDatabases } from './database.module.js';
import { lockDirectory } from './directory-lock.js';
import { openEmbedded } from './embedded.js';
import { openPostgres } from './postgres.js';
import { claimDatabase, migratePostgres } from './postgres-start.js';

const MIGRATIONS = fileURLToPath(new URL('../../../../drizzle', import.meta.url));

/** Opens the configured database, migrated. Throws with a sentence where another process holds it. */
export async function openDatabases(config: Config, log: Logger): Promise<OpenDatabases> {
  return config.databaseUrl ? openServer(config.databaseUrl, config, log) : openInProcess(config.dataDir);
}

async function openInProcess(dataDir: string): Promise<OpenDatabases> {
  const unlock = await lockDirectory(dataDir);
  try {
    const database = await openEmbedded(dataDir, MIGRATIONS);
    const close = async () => {
      await database.close();
      await unlock();
    };
    return { main: database, writer: database, close };
  } catch (fault) {
    await unlock();
    throw fault;
  }
}

async function openServer(url: string, config: Config, log: Logger): Promise<OpenDatabases> {
  await migratePostgres(url, MIGRATIONS, log);
  // Several nodes keep each other informed through Redis; without it there may be only one.
  const release = config.redisUrl ? async () => undefined : await claimDatabase(url, log);
  const main = openPostgres({ url, connections: 10, name: 'main' }, log);
  const writer = openPostgres({ url, connections: 8, name: 'writer' }, log);
  const close = async () => {
    await Promise.all([main.close(), writer.close()]);
    await release();
  };
  return { main, writer, close };
}
