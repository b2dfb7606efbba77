import { existsSync, rmSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DirectoryHeldError, lockDirectory } from '../database/directory-lock.js';
import { isFixed } from '../database/durable-files.js';
import { EmbeddedClient } from '../database/embedded-client.js';
import { embeddedSession, type PlainSession } from '../database/plain-session.js';
import { syncPlaceOf, syncTree } from '../database/synced.js';
import type { RestoreTarget } from './restore-target.js';
import { analyzed, requireEmpty } from './restored.repository.js';

/** What makes a directory a database: it comes last, and goes first. */
const MARK = 'PG_VERSION';
/** Below a directory that cannot be renamed: a restored database, on its way out of there into its place. */
const MOVING = 'restored.whole';
/** What a disk of its own may come with. */
const OF_THE_DISK = 'lost+found';
/** After so many bytes of rows the log of the engine is begun anew: it would grow as large as all of them. */
const LOG_BYTES = 67_108_864;

/**
 * Made beside the place where it is to be, and moved there once it is whole and on the disk.
 * @throws with a sentence where there is a database that is not empty, or a process that uses the directory.
 */
export async function embeddedTarget(dataDir: string): Promise<RestoreTarget> {
  const release = await lockDirectory(dataDir).catch((fault: unknown) => {
    // Nobody is to think that a node could be asked.
    throw fault instanceof DirectoryHeldError ? new Error(fault.message) : fault;
  });
  const database = join(dataDir, 'postgres');
  // A disk of its own cannot be renamed.
  const draft = isFixed(database) ? join(database, 'restored') : `${database}.restored`;
  const removeDraft = () => rm(draft, { recursive: true, force: true });
  const removeAtExit = () => rmSync(draft, { recursive: true, force: true });
  process.once('exit', removeAtExit);
  const releaseDirectory = async () => {
    process.off('exit', removeAtExit);
    await release();
  };
  try {
    await requireNone(database, draft);
    await removeDraft();
    await mkdir(dirname(draft), { recursive: true });
    const session = await embeddedSession(await EmbeddedClient.openUnsynced(draft));
    const finish = async () => {
      await settle(session);
      syncTree(draft);
      await moveTo(database, draft);
      // A lock whose process has ended is nobody's.
      await releaseDirectory().catch(() => undefined);
    };
    const discard = async () => {
      await session.close().catch(() => undefined);
      await removeDraft();
      await releaseDirectory();
    };
    return { session, written: clearingLog(session), finish, discard };
  } catch (fault) {
    await removeDraft();
    await releaseDirectory();
    throw fault;
  }
}

async function requireNone(database: string, draft: string): Promise<void> {
  if (!existsSync(join(database, MARK))) return requireNothing(database, draft);
  const session = await embeddedSession(await EmbeddedClient.open(database));
  try {
    await requireEmpty(session, `The database in ${database}`);
  } catch (fault) {
    throw new Error(`${(fault as Error).message} Move it away first, or restore into another DATA_DIR.`, {
      cause: fault,
    });
  } finally {
    await session.close();
  }
}

/** What lacks its mark may be a database that somebody can still mend. */
async function requireNothing(database: string, draft: string): Promise<void> {
  // A restore was cut off when it had removed the mark.
  if (existsSync(join(database, MOVING, MARK))) return;
  const names = existsSync(database) ? await readdir(database) : [];
  if (names.every((name) => name === OF_THE_DISK || join(database, name) === draft)) return;
  throw new Error(
    `${database} is not empty, and no whole database: ${MARK} is missing. ` +
      'Move what is in it away first, or restore into another DATA_DIR.',
  );
}

function clearingLog(session: PlainSession): (bytes: number) => Promise<void> {
  let logged = 0;
  return async (bytes) => {
    logged += bytes;
    if (logged < LOG_BYTES) return;
    logged = 0;
    await session.exec('CHECKPOINT');
  };
}

async function settle(session: PlainSession): Promise<void> {
  await analyzed(session);
  await session.exec('CHECKPOINT');
  await session.close();
}

/** Takes the place of a database that is empty, or of none. */
async function moveTo(database: string, draft: string): Promise<void> {
  if (!isFixed(database)) {
    await rm(database, { recursive: true, force: true });
    await rename(draft, database);
    return syncPlaceOf(database);
  }
  const moving = join(database, MOVING);
  await rm(moving, { recursive: true, force: true });
  await rename(draft, moving);
  await rm(join(database, MARK), { force: true });
  for (const name of await readdir(moving)) {
    if (name === MARK) continue;
    await rm(join(database, name), { recursive: true, force: true });
    await rename(join(moving, name), join(database, name));
  }
  await rename(join(moving, MARK), join(database, MARK));
  await rm(moving, { recursive: true, force: true });
  syncTree(database);
}
