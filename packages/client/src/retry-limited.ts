import { SdkError } from './sdk-error.js';

/** Beyond so much waiting in all the refusal is passed on. */
const MOST_MS = 10_000;

/**
 * Repeats a request that was refused as `rate_limited` after the wait that the server names: it was not run, and a short
 * wait is nothing to show to users. Rejects with any other failure.
 */
export async function retryLimited<T>(ask: () => Promise<T>): Promise<T> {
  for (let waited = 0; ; ) {
    try {
      return await ask();
    } catch (fault) {
      const ms = waitOf(fault);
      if (ms === null || waited + ms > MOST_MS) throw fault;
      waited += ms;
      await new Promise((resolve) => setTimeout(resolve, ms));
    }
  }
}

function waitOf(fault: unknown): number | null {
  const isTooFast = fault instanceof SdkError && fault.code === 'rate_limited';
  return isTooFast ? Math.max(1, fault.retryAfterMs ?? 1_000) : null;
}
