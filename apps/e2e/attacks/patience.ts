import { setTimeout as sleep } from 'node:timers/promises';
import type { ErrorObject } from '@parley/protocol';

/** Longer waits are those of somebody who was locked out. */
const LONGEST_MS = 5_000;

/** Asks again whenever it is told to wait, as an honest client does: what is tried is not the limit. */
export async function patiently<T extends { error: ErrorObject | null }>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    const seen = await ask();
    const { code, retryAfterMs = Number.POSITIVE_INFINITY } = seen.error ?? {};
    if (code !== 'rate_limited' || retryAfterMs > LONGEST_MS) return seen;
    await sleep(retryAfterMs);
  }
}
