import type { ConversationListItem, ConversationSettings } from '@parley/protocol';
import { isHidden } from '../../hooks/own-settings.js';

export interface Folded<Item> {
  pinned: Item[];
  active: Item[];
  archived: Item[];
}

type Listed = Pick<ConversationListItem, 'id' | 'isArchived' | 'lastSeq'>;
type Settings = Pick<ConversationSettings, 'pinnedAt' | 'hiddenSeq'>;

/**
 * Separates pinned and archived conversations; each part keeps the order, the latest first. What is hidden is left out,
 * but for the open one.
 */
export function fold<Item extends Listed>(
  items: readonly Item[],
  settingsOf: (item: Item) => Settings,
  open: string | null,
): Folded<Item> {
  const folded: Folded<Item> = { pinned: [], active: [], archived: [] };
  for (const item of items) {
    const settings = settingsOf(item);
    if (isHidden(item, settings) && item.id !== open) continue;
    if (item.isArchived) folded.archived.push(item);
    else if (settings.pinnedAt === null) folded.active.push(item);
    else folded.pinned.push(item);
  }
  return folded;
}
