import { useCallback } from 'react';
import { useChatClient } from './chat-provider.js';
import { useSelected } from './use-subscribable.js';

/** Whether this person blocks that one; null: nobody. Renders again only when that changes. */
export function useIsBlocked(userId: string | null): boolean {
  const select = useCallback((ids: ReadonlySet<string>) => userId !== null && ids.has(userId), [userId]);
  return useSelected(useChatClient().blocked, select);
}
