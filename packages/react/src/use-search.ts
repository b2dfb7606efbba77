import type { SearchList, SearchSnapshot } from '@parley/client';
import type { SearchQuery } from '@parley/protocol';
import { useMemo } from 'react';
import { useChatClient } from './chat-provider.js';
import { useSubscribable } from './use-subscribable.js';

const NOTHING: SearchSnapshot = { items: [], isLoading: false, hasMore: false, error: null };
const IDLE: SearchList = {
  getSnapshot: () => NOTHING,
  subscribe: () => () => undefined,
  loadMore: () => Promise.resolve(),
};

/**
 * The newest messages that are what is asked for; null asks for nothing. A question of the same values is the same,
 * whichever object holds them; each other one is asked at once, so what somebody types should have come to rest.
 */
export function useSearch(query: SearchQuery | null): SearchSnapshot & Pick<SearchList, 'loadMore'> {
  const client = useChatClient();
  const asked = JSON.stringify(query);
  const list = useMemo(() => {
    const present = JSON.parse(asked) as SearchQuery | null;
    return present ? client.search(present) : IDLE;
  }, [client, asked]);
  const snapshot = useSubscribable(list);
  return useMemo(() => ({ ...snapshot, loadMore: () => list.loadMore() }), [snapshot, list]);
}
