import type { ConversationListItem } from '@parley/protocol';

type Entry = Pick<ConversationListItem, 'id'>;

/** The conversation before or after the open one in the list; the first where none is open; null at the end. */
export function neighbourOf<Item extends Entry>(
  items: readonly Item[],
  open: string | null,
  step: 1 | -1,
): Item | null {
  const at = items.findIndex(({ id }) => id === open);
  return (at < 0 ? items[0] : items[at + step]) ?? null;
}

/** The next unread one in that direction, past the end of the list, too; null where none is. */
export function nextUnread<Item extends Entry>(
  items: readonly Item[],
  open: string | null,
  step: 1 | -1,
  isUnread: (item: Item) => boolean,
): Item | null {
  const at = items.findIndex(({ id }) => id === open);
  const later = [...items.slice(at + 1), ...items.slice(0, Math.max(0, at))];
  const ordered = step === 1 ? later : later.toReversed();
  return ordered.find(isUnread) ?? null;
}
