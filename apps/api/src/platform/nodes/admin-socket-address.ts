import { join, relative } from 'node:path';

/** What a backup asks there: leave to copy the files of the database. */
export const COPY_DATABASE = 'copy-database';
/** What the doctor asks there: what the database says of itself, as JSON. */
export const DESCRIBE_DATABASE = 'describe-database';

/** Of Linux, with the byte that ends it; other systems have 104. */
const LONGEST_PATH = 103;

/**
 * Where a running node can be asked: a socket in its data directory, by whichever path of it is shorter. Null where both
 * are longer than a socket's may be, or the system has no such sockets.
 */
export function adminSocketAddress(dataDir: string): string | null {
  if (process.platform === 'win32') return null;
  const absolute = join(dataDir, 'admin.sock');
  const shorter = [absolute, relative(process.cwd(), absolute)].find((path) => Buffer.byteLength(path) <= LONGEST_PATH);
  return shorter ?? null;
}
