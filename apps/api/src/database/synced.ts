import { closeSync, fsyncSync, openSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Windows has no such thing for a directory. */
const HAS_SYNCED_DIRECTORIES = process.platform !== 'win32';
/** The directory is gone, or nobody may look into it or change it, or its file system has no such thing either. */
const NOTHING_TO_SYNC: unknown[] = ['ENOENT', 'EACCES', 'EPERM', 'EROFS', 'EISDIR', 'EINVAL', 'EBADF', 'ENOTSUP'];

/** Through to the disk: the names in a directory. Does nothing where that cannot be asked for; what fails is thrown. */
export function syncDirectory(path: string): void {
  if (!HAS_SYNCED_DIRECTORIES) return;
  try {
    sync(path, 'r');
  } catch (fault) {
    if (!NOTHING_TO_SYNC.includes((fault as NodeJS.ErrnoException).code)) throw fault;
  }
}

/** Through to the disk: a directory, all below it, and that it is where it is. */
export function syncTree(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) syncDirectory(path);
    // Windows insists on being allowed to write.
    else if (entry.isFile()) sync(path, 'r+');
  }
  syncDirectory(directory);
  syncPlaceOf(directory);
}

/** Through to the disk: that something is where it is, in directories that may all be new. */
export function syncPlaceOf(path: string): void {
  for (let [at, above] = [path, dirname(path)]; above !== at; [at, above] = [above, dirname(above)])
    syncDirectory(above);
}

function sync(path: string, flags: 'r' | 'r+'): void {
  const file = openSync(path, flags);
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
