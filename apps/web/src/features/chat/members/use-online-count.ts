import type { ConversationView } from '@parley/client';
import { isSmallConversation } from '@parley/protocol';
import { usePresence } from '@parley/react';

const NOBODY: never[] = [];

/** How many members of a group are here, away or not; 0 for a large one, of which the SDK does not hold all. */
export function useOnlineCount({ type, members, membersComplete, memberCount }: ConversationView): number {
  const isCounted = type === 'group' && membersComplete && isSmallConversation(memberCount);
  const ids = isCounted ? members.map(({ user }) => user.id) : NOBODY;
  const presences = usePresence(ids);
  return ids.filter((id) => presences.get(id)?.isOnline).length;
}
