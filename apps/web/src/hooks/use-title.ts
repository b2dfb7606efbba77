import { useEffect } from 'react';
import { useCounted } from './own-settings.store.js';

/** The tab's title: `(n) Page · Parley`, n being what is unread and not muted. */
export function useTitle(page: string): void {
  const total = useCounted();
  useEffect(() => {
    document.title = `${total > 0 ? `(${total > 99 ? '99+' : total}) ` : ''}${page} · Parley`;
  }, [page, total]);
}
