import { getPriority, setPriority } from 'node:os';
import { ArchiveWriter } from '../backup/archive-writer.js';
import { type LostContents, writeBackup } from '../backup/backup.js';
import { backupSource } from '../backup/backup-source.js';
import { grouped, megabytes, Progress } from '../backup/progress.js';
import type { Config } from '../config/config.js';
import type { AdminOutcome } from '../modules/administration/index.js';
import { openFileStore } from '../platform/storage/open-file-store.js';
import { exitOnSignals, runCommand } from './command.js';
import { fileIn, usageUnlessFile } from './file-argument.js';

const USAGE = `Usage: npm run backup -- FILE

Writes all that this deployment has into FILE, while it serves: every row of the database as of one moment, and the
contents of files. FILE is there once all of it is on the disk. Where files are missing that messages carry, FILE stays
as it was, what there is comes to be FILE.incomplete, and the command ends with 1.`;

/** A third of the processor beside a node that wants all of it. */
const NICENESS = 5;
const FULL: readonly unknown[] = ['ENOSPC', 'EDQUOT', 'EFBIG'];

exitOnSignals();
lowerPriority();
await runCommand(usageUnlessFile(USAGE), backUp);

/** People who chat come first. It is done without where it cannot be; who asks for more by `nice` has that. */
function lowerPriority(): void {
  try {
    if (getPriority() < NICENESS) setPriority(NICENESS);
  } catch {
    // Not every system lets everybody.
  }
}

async function backUp(config: Config, args: readonly string[]): Promise<AdminOutcome> {
  const [path, began] = [fileIn(args), performance.now()];
  try {
    const archive = await ArchiveWriter.create(path);
    const summary = await written(archive, config, path).catch(async (fault: unknown) => {
      await archive.discard();
      throw fault;
    });
    const seconds = Math.ceil((performance.now() - began) / 1000);
    return { code: 0, text: `${path}: ${summary}, ${megabytes(archive.bytes)}, in ${seconds} s.` };
  } catch (fault) {
    if (!FULL.includes((fault as NodeJS.ErrnoException).code)) throw fault;
    throw new Error(`There is no room for ${path}. Nothing of it is left: what had this name before has it still.`, {
      cause: fault,
    });
  }
}

async function written(archive: ArchiveWriter, config: Config, path: string): Promise<string> {
  const session = await backupSource(config, path);
  const store = await openFileStore(config);
  const progress = new Progress();
  try {
    const { rows, contents, lost } = await writeBackup(archive, { session, store, progress });
    if (lost.count > 0) {
      await archive.finish(`${path}.incomplete`);
      throw new Error(incomplete(path, lost, contents.missing + contents.count));
    }
    if (contents.missing > 0) progress.say(missing(contents.missing));
    await archive.finish();
    return `${grouped(rows.messages ?? 0)} messages of ${grouped(rows.users ?? 0)} users, ${grouped(contents.count)} files`;
  } finally {
    store.close();
    // All that matters is on the disk by now, or has failed.
    await session.close().catch(() => undefined);
  }
}

function incomplete(path: string, { count, examples }: LostContents, all: number): string {
  return (
    `The store of files does not have ${grouped(count)} of ${grouped(all)} contents that it should have, or not all of them, ` +
    `for example ${examples.join(', ')}: are DATA_DIR and S3_BUCKET right, and is everything mounted? ${path} is what it was before; all that there is, is in ${path}.incomplete.`
  );
}

/** Hoisted, as all here: the module waits for the command before it comes to this line. */
function missing(count: number): string {
  return `The store of files did not have ${grouped(count)} of them: removed while the backup was made, or lost before.`;
}
