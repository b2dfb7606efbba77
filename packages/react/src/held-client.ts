import type { ParleyClient } from '@parley/client';

/** How many providers hold a client that is started. */
const holders = new WeakMap<ParleyClient, number>();

/**
 * Starts the client with its first holder and stops it after the last one. Stopping waits for the end of the present
 * task: StrictMode lets go and takes hold again within it, and must neither close the socket nor open a second one.
 */
export function holdClient(client: ParleyClient): () => void {
  const count = holders.get(client);
  holders.set(client, (count ?? 0) + 1);
  if (count === undefined) client.start();
  return () => {
    holders.set(client, (holders.get(client) ?? 1) - 1);
    queueMicrotask(() => {
      if (holders.get(client) !== 0) return;
      holders.delete(client);
      void client.stop();
    });
  };
}
