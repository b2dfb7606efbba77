import { setTimeout as sleep } from 'node:timers/promises';
import { DirectoryHeldError } from './directory-lock.js';

/** A node that starts or stops has the directory, and does not listen. */
const HELD = { attempts: 40, pauseMs: 250 };

/**
 * What a command does with the embedded database, which belongs to one process: it asks the node that runs, and where none does
 * it takes the directory itself.
 * @param ask null where no node listens. @throws what either throws, and `take` with DirectoryHeldError for ten seconds.
 */
export async function runningOrStopped<T>(ask: () => Promise<T | null>, take: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await ask();
    if (answer !== null) return answer;
    try {
      return await take();
    } catch (fault) {
      if (!(fault instanceof DirectoryHeldError) || attempt === HELD.attempts) throw fault;
      await sleep(HELD.pauseMs);
    }
  }
}
