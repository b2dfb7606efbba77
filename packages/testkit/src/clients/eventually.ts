import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 5;

type Found<T> = Exclude<Awaited<T>, false | null | undefined>;

/**
 * Resolves with what `find` gives as soon as that is neither false, null nor undefined; rejects, naming `what`, once the
 * timeout is over, and with whatever `find` throws.
 */
export async function eventually<T>(what: string, find: () => T | Promise<T>, timeoutMs = 60_000): Promise<Found<T>> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const found = await find();
    if (found !== false && found !== null && found !== undefined) return found as Found<T>;
    if (performance.now() > end) throw new Error(`Waited ${timeoutMs / 1_000} s in vain until ${what}.`);
    await sleep(POLL_MS);
  }
}

/** Repeats the check, which throws while it does not hold; rejects with its last fault once the timeout is over. */
export async function expectSoon(check: () => void | Promise<void>, timeoutMs = 60_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (fault) {
      if (performance.now() > end) throw fault;
      await sleep(20 * POLL_MS);
    }
  }
}
