import { setTimeout as sleep } from 'node:timers/promises';
import type { PlainSession } from './plain-session.js';
import { NODE_LOCK } from './postgres-watch.js';

/** A node that was just stopped may not have let go yet. */
const ATTEMPTS = 10;
const AGAIN_MS = 500;

/** Takes the lock of nodes until the session ends, so that none can start. @throws with a sentence where one runs. */
export async function takeSoleUse(session: PlainSession): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const [lock] = await session.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [NODE_LOCK]);
    if (lock?.taken) return;
    await sleep(AGAIN_MS);
  }
  throw new Error('A node is running on this database. Stop all nodes first.');
}

/** @throws with a sentence where the server would store something else than what people wrote. */
export async function requireUtf8(session: PlainSession): Promise<void> {
  const [row] = await session.query<{ encoding: string }>("SELECT current_setting('server_encoding') AS encoding");
  if (row?.encoding === 'UTF8') return;
  throw new Error(
    `The database is encoded in ${row?.encoding}, and Parley needs UTF8. ` +
      "Make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0, and name it in DATABASE_URL.",
  );
}
