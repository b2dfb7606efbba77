import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DirectoryHeldError, lockDirectory } from './directory-lock.js';
import { EmbeddedClient } from './embedded-client.js';

/** Nodes of one machine that share a directory look one after the other. */
const HELD = { attempts: 60, pauseMs: 500 };

/**
 * Refuses to leave accounts of the embedded database behind: the database in its place would be empty, and the first to
 * register would become its admin. Opens the embedded database only where there is one.
 * @throws with a sentence that names both ways out.
 */
export async function refuseToLeaveAccounts(dataDir: string): Promise<void> {
  const directory = join(dataDir, 'postgres');
  if (!existsSync(join(directory, 'PG_VERSION'))) return;
  const release = await patientLock(dataDir);
  try {
    const found = await holdsAccounts(directory).catch(() => 'may hold accounts, but cannot be read');
    if (found !== null) {
      throw new Error(
        `DATABASE_URL is set, and the embedded database in ${dataDir} ${found}: nobody could sign in any more, and whoever ` +
          'registers first would be admin. Unset DATABASE_URL to go on with the embedded database, or set ' +
          'EMBEDDED_DATA=ignore to leave it where it is and use the other one.',
      );
    }
  } finally {
    await release();
  }
}

async function holdsAccounts(directory: string): Promise<string | null> {
  const engine = await EmbeddedClient.open(directory);
  try {
    const { rows: tables } = await engine.query<{ found: boolean }>(
      "SELECT to_regclass('public.users') IS NOT NULL AS found",
    );
    if (!tables[0]?.found) return null;
    const { rows } = await engine.query<{ found: boolean }>('SELECT EXISTS (SELECT 1 FROM public.users) AS found');
    return rows[0]?.found ? 'holds accounts' : null;
  } finally {
    await engine.end();
  }
}

async function patientLock(dataDir: string): Promise<() => Promise<void>> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await lockDirectory(dataDir);
    } catch (fault) {
      if (!(fault instanceof DirectoryHeldError) || attempt === HELD.attempts) throw fault;
      await sleep(HELD.pauseMs);
    }
  }
}
