import type { ConversationListItem } from '@parley/protocol';

type Entry = Pick<ConversationListItem, 'id' | 'unreadCount'>;

/** The conversation before or after the open one in the list; the first where none is open; null at the end. */
export function neighbourOf<Item extends Entry>(
  items: readonly Item[],
  open: string | null,
  step: 1 | -1,
): Item | null {
  const at = items.findIndex(({ id }) => id === open);
  return (at < 0 ? items[0] : items[at + step]) ?? null;
}

/** The next one in that direction with something unread, past the end of the list, too; null where nothing is unread. */
export function nextUnread<Item extends Entry>(items: readonly Item[], open: string | null, step: 1 | -1): Item | null {
  const at = items.findIndex(({ id }) => id === open);
  const later = [...items.slice(at + 1), ...items.slice(0, Math.max(0, at))];
  const ordered = step === 1 ? later : later.toReversed();
  return ordered.find(({ unreadCount }) => unreadCount > 0) ?? null;
}
