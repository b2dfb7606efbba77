import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version of Postgres that the engine of this build is, as the file `PG_VERSION` of a database says it. */
export const PRESENT_ENGINE = '18';

/** The version of Postgres that made the database in a directory; null where there is none. */
export function engineOf(directory: string): string | null {
  const path = join(directory, 'PG_VERSION');
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : null;
}
