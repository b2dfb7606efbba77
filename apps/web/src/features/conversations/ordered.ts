import type { ConversationState } from '../chat/conversation-state.js';

export interface Ordered {
  active: ConversationState[];
  archived: ConversationState[];
}

/** As the server lists them: the latest first, by id where the times are equal. Those I left are not shown. */
export function orderedOf(byId: Record<string, ConversationState>): Ordered {
  const all = Object.values(byId)
    .filter((state) => state.gone === null)
    .sort(byActivity);
  return {
    active: all.filter((state) => !state.item.isArchived),
    archived: all.filter((state) => state.item.isArchived),
  };
}

function byActivity(a: ConversationState, b: ConversationState): number {
  const [left, right] = [a.item.updatedAt, b.item.updatedAt];
  if (left !== right) return left < right ? 1 : -1;
  return a.item.id < b.item.id ? 1 : -1;
}
