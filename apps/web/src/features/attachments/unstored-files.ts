import type { ParleyClient } from '@parley/client';

/**
 * Has the browser ask before the page is left while files wait that it could not store: they would be lost with it.
 * Returns how to stop.
 */
export function holdUnstoredFiles(client: Pick<ParleyClient, 'unsent'>): () => void {
  const hold = (event: Event) => {
    const waiting = client.unsent().filter(({ failure }) => !failure);
    const files = waiting.flatMap(({ attachments = [] }) => attachments);
    if (files.some(({ isVolatile, file }) => isVolatile && !file)) event.preventDefault();
  };
  addEventListener('beforeunload', hold);
  return () => removeEventListener('beforeunload', hold);
}
