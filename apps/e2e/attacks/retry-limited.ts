import { setTimeout as sleep } from 'node:timers/promises';
import type { ErrorObject } from '@parley/protocol';

/** Longer waits are those of a user who was closed as a flood. */
const LONGEST_MS = 5_000;

/** Repeats what was refused as `rate_limited`, as an honest client does: the row is not about the limit. */
export async function retryLimited<T extends { error: ErrorObject | null }>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    const answer = await ask();
    const { code, retryAfterMs = Number.POSITIVE_INFINITY } = answer.error ?? {};
    if (code !== 'rate_limited' || retryAfterMs > LONGEST_MS) return answer;
    await sleep(retryAfterMs);
  }
}
