import { fileURLToPath } from 'node:url';
import type { Config } from '../config/config.js';
import type { OpenDatabases } from './database.module.js';
import type { DatabaseReporter } from './database-reporter.js';
import { lockDirectory } from './directory-lock.js';
import { openEmbedded } from './embedded.js';
import { refuseToLeaveAccounts } from './embedded-accounts.js';
import { holding } from './holding.js';
import { CONNECTIONS } from './node-connections.js';
import { openPostgres } from './postgres.js';
import { migratePostgres, requireMigrated } from './postgres-start.js';
import { type NodeLock, PostgresWatch, type Starting } from './postgres-watch.js';

/** Who waits for it is a person. */
const REACHED_MS = 10_000;
const MIGRATIONS = fileURLToPath(new URL('../../../../drizzle', import.meta.url));

/**
 * Opens the configured database, migrated, and waits for it as long as it takes, or until the interruption. Throws with a
 * sentence where another process holds it, or accounts of an embedded one would be left behind.
 */
export async function openDatabases(
  config: Config,
  reporter: DatabaseReporter,
  interruption: AbortSignal = new AbortController().signal,
): Promise<OpenDatabases> {
  const { databaseUrl: url, dataDir } = config;
  if (!url) return openInProcess(dataDir, reporter);
  const start = (lock: NodeLock) => openWatched(url, lock, { reporter, interruption });
  // What starts the workers has looked into the directory, and holds what a single node would.
  if (config.worker) return start(config.redisUrls ? 'shared' : 'none');
  if (!config.ignoresEmbeddedData) await refuseToLeaveAccounts(dataDir);
  if (!config.redisUrls) return holding(await lockDirectory(dataDir), () => start('exclusive'));
  return start('shared');
}

/**
 * Takes for all workers of this start what a single node would take: the data directory, and the database, which is migrated
 * then. Workers that hear each other through Redis take it each for itself, as nodes do.
 * @returns a function that gives it back. @throws as `openDatabases` does.
 */
export async function holdForWorkers(
  config: Config,
  reporter: DatabaseReporter,
  interruption: AbortSignal,
): Promise<() => Promise<void>> {
  const { databaseUrl: url, dataDir } = config;
  if (!url) throw new Error('Workers need a database by URL.');
  if (!config.ignoresEmbeddedData) await refuseToLeaveAccounts(dataDir);
  if (config.redisUrls) return async () => undefined;
  const starting = { reporter, interruption };
  const undo = [await lockDirectory(dataDir)];
  const release = async () => {
    for (const step of undo.toReversed()) await step();
  };
  try {
    const watch = await PostgresWatch.start(url, 'exclusive', starting);
    undo.push(() => watch.close());
    await migratePostgres(watch, MIGRATIONS, starting);
    return release;
  } catch (fault) {
    await release();
    throw fault;
  }
}

/**
 * Opens the database of running nodes for a short while, beside them; what is embedded, for this process alone.
 * @throws with a sentence where the database has not been set up by this version, and DirectoryHeldError.
 */
export async function openBesideNodes(config: Config, reporter: DatabaseReporter): Promise<OpenDatabases> {
  const { databaseUrl: url, dataDir } = config;
  if (!url) return openInProcess(dataDir, reporter);
  const watch = await PostgresWatch.start(url, 'none', { reporter, interruption: AbortSignal.timeout(REACHED_MS) });
  return holding(
    () => watch.close(),
    async () => {
      await requireMigrated(watch, MIGRATIONS);
      const database = openPostgres({ connections: 2, name: 'admin' }, watch, reporter);
      return { main: database, writer: database, close: () => database.close() };
    },
  );
}

async function openInProcess(dataDir: string, reporter: DatabaseReporter): Promise<OpenDatabases> {
  return holding(await lockDirectory(dataDir), async () => {
    const database = await openEmbedded(dataDir, MIGRATIONS, reporter);
    return { main: database, writer: database, close: () => database.close() };
  });
}

/** Several nodes keep each other informed through Redis; without it there may be only one. */
async function openWatched(url: string, lock: NodeLock, starting: Starting): Promise<OpenDatabases> {
  const { reporter } = starting;
  const watch = await PostgresWatch.start(url, lock, starting);
  return holding(
    () => watch.close(),
    async () => {
      await migratePostgres(watch, MIGRATIONS, starting);
      const main = openPostgres({ connections: CONNECTIONS.main, name: 'main' }, watch, reporter);
      const writer = openPostgres({ connections: CONNECTIONS.writer, name: 'writer' }, watch, reporter);
      const close = async () => {
        await Promise.all([main.close(), writer.close()]);
      };
      return { main, writer, close };
    },
  );
}
