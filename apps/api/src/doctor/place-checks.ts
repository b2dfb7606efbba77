import { constants, existsSync } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../config/config.js';
import { error, type Finding, ok, warning } from './finding.js';

const GIB = 1_073_741_824;
const LEAST_FREE = GIB;

/** Of the data directory, which the first start makes. @param isEmbedded whether the database is in it. */
export async function placeFindings(directory: string, isEmbedded: boolean): Promise<Finding[]> {
  const part = 'directory';
  const place = await nearest(directory);
  const use = isEmbedded ? 'The database and the files' : 'The files of this node';
  try {
    await access(place, constants.W_OK | constants.X_OK);
  } catch (fault) {
    return [{ part, ...error(`${directory} cannot be written to: ${(fault as Error).message}.`) }];
  }
  const { bavail, bsize } = await statfs(place);
  const free = bavail * bsize;
  const sentence = `${use} are in ${directory}, with ${(free / GIB).toFixed(1)} GiB of room.`;
  return [{ part, ...(free < LEAST_FREE ? warning(sentence) : ok(sentence)) }];
}

type Left = Pick<Config, 'dataDir' | 'databaseUrl' | 'ignoresEmbeddedData'>;

/** Of an embedded database beside another one. It is not opened for a look: a node may have the directory. */
export function leftFindings({ dataDir, databaseUrl, ignoresEmbeddedData }: Left): Finding[] {
  if (databaseUrl === null || ignoresEmbeddedData || !existsSync(join(dataDir, 'postgres', 'PG_VERSION'))) return [];
  const sentence =
    `${dataDir} holds an embedded database beside DATABASE_URL: where that has accounts no node starts, unless it is ` +
    'moved away or EMBEDDED_DATA=ignore is set.';
  return [{ part: 'directory', ...warning(sentence) }];
}

/** The directory, or the next one above it that is there. */
async function nearest(directory: string): Promise<string> {
  const isThere = await stat(directory).then(
    () => true,
    () => false,
  );
  return isThere || dirname(directory) === directory ? directory : nearest(dirname(directory));
}
