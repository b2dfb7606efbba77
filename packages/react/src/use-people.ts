import type { UserView } from '@parley/protocol';
import { useCallback } from 'react';
import { useChatClient } from './chat-provider.js';
import { useSelected, useSubscribable } from './use-subscribable.js';

/** Every user whom the client has received, by id. */
export function usePeople(): ReadonlyMap<string, UserView> {
  return useSubscribable(useChatClient().people);
}

/** One person, or null while not known. Renders again only when this one changes. */
export function useUser(id: string): UserView | null {
  const select = useCallback((people: ReadonlyMap<string, UserView>) => people.get(id) ?? null, [id]);
  return useSelected(useChatClient().people, select);
}
