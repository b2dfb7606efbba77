import { useUnread } from '@parley/react';
import { useEffect } from 'react';

/** The tab's title: `(n) Page · Parley`, n being what is unread. */
export function useTitle(page: string): void {
  const { total } = useUnread();
  useEffect(() => {
    document.title = `${total > 0 ? `(${total > 99 ? '99+' : total}) ` : ''}${page} · Parley`;
  }, [page, total]);
}
