import { useSyncExternalStore } from 'react';

/** What stands behind the `#`. Another link in the address of the same tab loads no new page. */
export function useHash(): string {
  return useSyncExternalStore(onHashChange, () => location.hash.slice(1));
}

function onHashChange(changed: () => void): () => void {
  addEventListener('hashchange', changed);
  return () => removeEventListener('hashchange', changed);
}
