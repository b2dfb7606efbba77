import type { SearchHit } from '@parley/protocol';
import { useSearch } from '@parley/react';
import { useCallback } from 'react';
import { isFinal, sentenceFor } from '../../api/sentences.js';

export interface MessageSearch {
  query: string;
  /** Of this question: the results of another one are another list. */
  key: string;
  status: 'idle' | 'searching' | 'ready' | 'failed';
  items: readonly SearchHit[];
  /** Why the last page could not be had. */
  error: string | null;
  /** Whether the same question would be refused again. */
  isFinal: boolean;
  hasMore: boolean;
  more: () => void;
}

/** Messages that match, in one conversation or, where that is null, in all of mine. */
export function useMessageSearch(query: string, conversationId: string | null): MessageSearch {
  const asked = query.trim();
  const { items, isLoading, hasMore, error, loadMore } = useSearch(
    asked === '' ? null : { q: asked, ...(conversationId === null ? {} : { conversationId }) },
  );
  return {
    query: asked,
    key: `${conversationId ?? ''} ${asked}`,
    status: statusOf(asked, isLoading, error !== null),
    items,
    error: error === null ? null : sentenceFor(error),
    isFinal: isFinal(error),
    hasMore,
    more: useCallback(() => void loadMore(), [loadMore]),
  };
}

function statusOf(asked: string, isLoading: boolean, isFailed: boolean): MessageSearch['status'] {
  if (asked === '') return 'idle';
  if (isLoading) return 'searching';
  return isFailed ? 'failed' : 'ready';
}
