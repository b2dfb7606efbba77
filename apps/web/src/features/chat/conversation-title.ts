import type { ConversationListItem } from '@parley/protocol';

export type Titled = Pick<ConversationListItem, 'name' | 'peer'>;

/** The name of the group, or of the other person. */
export function titleOf(item: Titled): string {
  return item.name ?? item.peer?.displayName ?? 'Conversation';
}
