import { readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The process that uses a data directory. Its start time and the boot id distinguish it from a later one with its pid.
 */
interface Holder {
  pid: number;
  started: string;
  boot: string;
}

/** A directory that another living process holds. */
export class DirectoryHeldError extends Error {}

/**
 * Takes the data directory for this process alone: the embedded database itself would open twice, silently, and lose
 * what the second process writes. A lock that a dead process left behind is taken over.
 * @returns a function that gives it back.
 * @throws DirectoryHeldError with a sentence.
 */
export async function lockDirectory(dataDir: string): Promise<() => Promise<void>> {
  await makeDirectory(dataDir);
  const path = join(dataDir, 'parley.lock');
  for (let attempt = 0; attempt < 3; attempt += 1) {
    if (await created(path)) {
      // Two processes may have found the same stale lock and removed it one after the other: only one file is left.
      if (attempt > 0) await pause();
      if ((await readHolder(path))?.pid === process.pid) return () => rm(path, { force: true });
      continue;
    }
    const holder = (await readHolder(path)) ?? (await pause().then(() => readHolder(path)));
    if (holder && isAlive(holder)) {
      throw new DirectoryHeldError(
        `Another Parley process (pid ${holder.pid}) is using the data directory ${dataDir}. ` +
          'Stop it first, or give this one a DATA_DIR of its own.',
      );
    }
    await rm(path, { force: true });
  }
  throw new DirectoryHeldError(`The data directory ${dataDir} is being taken by another Parley process.`);
}

async function makeDirectory(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true });
  } catch (fault) {
    throw new Error(`DATA_DIR (${dataDir}) cannot be used as a directory: ${(fault as Error).message}`, {
      cause: fault,
    });
  }
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 200));

async function created(path: string): Promise<boolean> {
  try {
    await writeFile(path, JSON.stringify(identify(process.pid)), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw fault;
  }
}

/** Null where the file is gone, or was cut off while being written. */
async function readHolder(path: string): Promise<Holder | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch {
    return null;
  }
}

function isAlive(holder: Holder): boolean {
  if (holder.pid === process.pid) return holder.started === identify(process.pid).started;
  try {
    process.kill(holder.pid, 0);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = identify(holder.pid);
  return now.boot === holder.boot && now.started === holder.started;
}

/** Start time and boot id where the system has them (Linux); elsewhere the pid alone decides. */
function identify(pid: number): Holder {
  const read = (path: string) => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return '';
    }
  };
  const afterName = read(`/proc/${pid}/stat`).split(') ')[1] ?? '';
  return { pid, started: afterName.split(' ')[19] ?? '', boot: read('/proc/sys/kernel/random/boot_id').trim() };
}
