import { faultOf } from '../http/http.js';
import { InactivityTimeout } from '../http/inactivity-timeout.js';

/** A request that ends with `signal`, if any, and with `timeout` where there is no whole answer after `ms` milliseconds. */
export async function timed<T>(
  signal: AbortSignal | null,
  ms: number,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const end = () => abort.abort();
  const timeout = new InactivityTimeout(ms, () => abort.abort(new DOMException('', 'TimeoutError')));
  signal?.addEventListener('abort', end);
  try {
    return await ask(abort.signal);
  } catch (cause) {
    throw faultOf(cause);
  } finally {
    timeout.end();
    signal?.removeEventListener('abort', end);
  }
}
