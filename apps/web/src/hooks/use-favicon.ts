import { useEffect } from 'react';
import { BASE_PATH } from '../api/http.js';
import { useCounted } from './own-settings.store.js';

/** The tab's icon has a dot while something is unread that is not muted. */
export function useFavicon(): void {
  const isUnread = useCounted() > 0;
  useEffect(() => {
    show(isUnread ? 'icon-unread.svg' : 'icon.svg');
    return () => show('icon.svg');
  }, [isUnread]);
}

function show(file: string): void {
  document.querySelector('link[rel="icon"]')?.setAttribute('href', `${BASE_PATH}/${file}`);
}
