import { checkArchive } from '../backup/checked-archive.js';
import { embeddedTarget } from '../backup/embedded-target.js';
import { postgresTarget } from '../backup/postgres-target.js';
import { grouped, Progress } from '../backup/progress.js';
import { restore } from '../backup/restore.js';
import type { Config } from '../config/config.js';
import type { AdminOutcome } from '../modules/administration/index.js';
import { openFileStore } from '../platform/storage/open-file-store.js';
import { exitOnSignals, runCommand } from './command.js';
import { fileIn, usageUnlessFile } from './file-argument.js';

const USAGE = `Usage: npm run restore -- FILE

Brings a backup back into the database of this deployment, which has to be empty and without a node that runs: the
embedded one in DATA_DIR, or that of DATABASE_URL, whichever it was made of.`;

exitOnSignals();
await runCommand(usageUnlessFile(USAGE), restoreFile);

async function restoreFile(config: Config, args: readonly string[]): Promise<AdminOutcome> {
  const progress = new Progress();
  const backup = await checkArchive(fileIn(args), progress);
  const { databaseUrl, dataDir } = config;
  const target = await (databaseUrl === null ? embeddedTarget(dataDir) : postgresTarget(databaseUrl));
  const store = await openFileStore(config);
  try {
    await restore(backup, { target, store, progress });
    await target.finish();
  } catch (fault) {
    await target.discard().catch(() => undefined);
    throw fault;
  } finally {
    store.close();
  }
  const { rows, contents } = backup.end;
  const what = `${grouped(rows.messages ?? 0)} messages of ${grouped(rows.users ?? 0)} users, ${grouped(contents.count)} files`;
  return { code: 0, text: `Restored ${what}, as of ${backup.header.madeAt}. Start the nodes: people sign in again.` };
}
