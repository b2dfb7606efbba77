import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { constants, copyFile, mkdir, readdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EmbeddedClient } from '../database/embedded-client.js';
import { embeddedSession, type PlainSession } from '../database/plain-session.js';
import type { CopyPermit } from './copy-permit.js';

const LOG = 'pg_wal';
/** Says who uses a directory. */
const PID = 'postmaster.pid';

/**
 * A copy of an embedded database that goes on being written to, made as `pg_basebackup` makes one: files as they are found, and the
 * log of what was written meanwhile, by which an engine completes them. It is there until it is closed.
 * @param beside where the copy may be, for a while.
 */
export async function copiedDatabase(database: string, beside: string, permit: CopyPermit): Promise<PlainSession> {
  const copy = `${beside}.${randomBytes(4).toString('hex')}.database`;
  const removeCopy = () => rmSync(copy, { recursive: true, force: true });
  process.once('exit', removeCopy);
  try {
    await requireRoom(database, dirname(copy));
    await mkdir(copy, { mode: 0o700 });
    await copyFiles(database, copy, (name) => name !== PID && dirname(name) !== LOG);
    const label = await permit.finish();
    // Of the log only what was written since the permit was given: it has to be complete up to its end.
    await copyFiles(database, copy, (name) => dirname(name) === LOG && name >= join(LOG, permit.firstLog));
    await writeFile(join(copy, 'backup_label'), label);
    const session = await embeddedSession(await EmbeddedClient.openUnsynced(copy));
    const close = async () => {
      await session.close();
      await rm(copy, { recursive: true, force: true });
      process.off('exit', removeCopy);
    };
    return { ...session, close };
  } catch (fault) {
    permit.cancel();
    await rm(copy, { recursive: true, force: true });
    throw fault;
  }
}

/** Files may come and go meanwhile. */
async function copyFiles(from: string, to: string, isWanted: (name: string) => boolean): Promise<void> {
  for (const { name, isDirectory } of await entriesOf(from)) {
    if (isDirectory) await mkdir(join(to, name), { recursive: true, mode: 0o700 });
    else if (isWanted(name))
      await copyFile(join(from, name), join(to, name), constants.COPYFILE_FICLONE).catch(unlessGone);
  }
}

/** A database whose disk is filled up by a copy of it could not be written to any more. */
async function requireRoom(database: string, folder: string): Promise<void> {
  const files = (await entriesOf(database)).filter(({ isDirectory }) => !isDirectory);
  let bytes = 0;
  for (const { name } of files) bytes += (await stat(join(database, name)).catch(unlessGone))?.size ?? 0;
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize > 1.2 * bytes) return;
  const needed = Math.ceil((1.2 * bytes) / 1e6);
  throw new Error(
    `There is no room: while the node runs, a backup needs ${needed} MB in ${folder} for a copy of the database.`,
  );
}

/** All below a directory, a directory before what is in it. */
async function entriesOf(directory: string): Promise<{ name: string; isDirectory: boolean }[]> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isDirectory() || entry.isFile())
    .map((entry) => ({
      name: join(entry.parentPath, entry.name).slice(directory.length + 1),
      isDirectory: entry.isDirectory(),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function unlessGone(fault: unknown): undefined {
  if ((fault as NodeJS.ErrnoException).code !== 'ENOENT') throw fault;
}
