import { registerWorker } from '../api/service-worker.js';

/** Has the page at hand without a network from now on, where the browser can. */
export async function keepPage(): Promise<void> {
  try {
    if ('serviceWorker' in navigator) await registerWorker();
  } catch {
    // Already to look for it is refused in a frame without an origin of its own.
  }
}
