import { setTimeout as sleep } from 'node:timers/promises';

const TIMEOUT_MS = 15_000;

/** Waits until `find` gives something that is not false, null or undefined, and returns that; throws, naming it, if it never does. */
export async function until<T>(
  what: string,
  find: () => T | Promise<T>,
): Promise<Exclude<Awaited<T>, false | null | undefined>> {
  const end = performance.now() + TIMEOUT_MS;
  for (;;) {
    const found = await find();
    if (found !== false && found !== null && found !== undefined) {
      return found as Exclude<Awaited<T>, false | null | undefined>;
    }
    if (performance.now() > end) throw new Error(`Waited in vain until ${what}.`);
    await sleep(5);
  }
}
