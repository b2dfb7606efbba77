import type { ParleyClient } from '@parley/client';

/** How many providers hold a client. */
const holders = new WeakMap<ParleyClient, number>();

/**
 * Starts the client with its first holder and stops it after the last one. Stopping waits for the end of the present
 * task: StrictMode lets go and takes hold again within it, and must neither close the socket nor open a second one.
 */
export function holdClient(client: ParleyClient): () => void {
  const before = holders.get(client) ?? 0;
  holders.set(client, before + 1);
  if (before === 0) client.start();
  return () => {
    holders.set(client, (holders.get(client) ?? 1) - 1);
    queueMicrotask(() => {
      if (holders.get(client) === 0) void client.stop();
    });
  };
}
