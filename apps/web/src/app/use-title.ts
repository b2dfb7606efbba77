import { useEffect } from 'react';
import { useChat } from '../features/chat/chat.store.js';

/** The tab's title: `(n) Page · Parley`, n being what is unread. */
export function useTitle(page: string): void {
  const unread = useChat((state) =>
    Object.values(state.byId).reduce(
      (sum, { item, gone }) => sum + (gone || item.isArchived ? 0 : item.unreadCount),
      0,
    ),
  );
  useEffect(() => {
    document.title = `${unread > 0 ? `(${unread > 99 ? '99+' : unread}) ` : ''}${page} · Parley`;
  }, [page, unread]);
}
