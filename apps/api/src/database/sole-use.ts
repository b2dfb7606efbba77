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
