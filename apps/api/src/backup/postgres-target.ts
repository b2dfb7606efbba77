import { requireUtf8 } from '../database/encoding.js';
import { postgresSession } from '../database/plain-session.js';
import { takeSoleUse } from '../database/sole-use.js';
import type { RestoreTarget } from './restore-target.js';
import { analyzed, requireEmpty } from './restored.repository.js';

/** All of it is one transaction. @throws with a sentence where a node runs on the database, or it is not empty. */
export async function postgresTarget(url: string): Promise<RestoreTarget> {
  const session = await postgresSession(url, 'restore');
  try {
    await requireUtf8(session);
    await takeSoleUse(session);
    await session.exec('BEGIN');
    await requireEmpty(session, 'The database of DATABASE_URL').catch((fault: Error) => {
      throw new Error(`${fault.message} Make another one (CREATE DATABASE …), or drop what is in it.`);
    });
  } catch (fault) {
    await session.close();
    throw fault;
  }
  return {
    session,
    written: async () => undefined,
    finish: async () => {
      await session.exec('COMMIT');
      await analyzed(session);
      await session.close().catch(() => undefined);
    },
    discard: () => session.close(),
  };
}
