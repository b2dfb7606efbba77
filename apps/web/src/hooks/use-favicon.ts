import { useUnread } from '@parley/react';
import { useEffect } from 'react';
import { BASE_PATH } from '../api/http.js';

/** The tab's icon has a dot while something is unread. */
export function useFavicon(): void {
  const isUnread = useUnread().total > 0;
  useEffect(() => {
    show(isUnread ? 'icon-unread.svg' : 'icon.svg');
    return () => show('icon.svg');
  }, [isUnread]);
}

function show(file: string): void {
  document.querySelector('link[rel="icon"]')?.setAttribute('href', `${BASE_PATH}/${file}`);
}
