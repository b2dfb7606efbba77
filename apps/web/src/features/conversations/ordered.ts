import type { ConversationListItem } from '@parley/protocol';

export interface Folded<Item> {
  active: Item[];
  archived: Item[];
}

/** Separates archived conversations; both parts keep the order, the latest first. */
export function foldArchived<Item extends Pick<ConversationListItem, 'isArchived'>>(
  items: readonly Item[],
): Folded<Item> {
  return { active: items.filter((item) => !item.isArchived), archived: items.filter((item) => item.isArchived) };
}
