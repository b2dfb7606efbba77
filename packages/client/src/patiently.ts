import { SdkError } from './sdk-error.js';

/** Who waits for longer in all is told. */
const MOST_MS = 10_000;

/**
 * Asks again, once the server said, what was refused for coming too fast: it was not run, and a short wait is not worth
 * telling. Rejects with whatever else becomes of it.
 */
export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
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
