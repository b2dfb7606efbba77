import type { ParleyClient } from '@parley/client';
import { useChatClient } from '@parley/react';
import { useCallback, useEffect, useState } from 'react';
import { sentenceFor } from '../../api/sentences.js';

export interface Fetched<T> {
  /** Null until it is here. */
  value: T | null;
  /** Why it is not. */
  error: string | null;
  retry: () => void;
}

/** What a dialog shows, fetched when it opens. `fetch` is to be one and the same function in every render. */
export function useFetched<T>(fetch: (client: ParleyClient, id: string) => Promise<T>, id: string): Fetched<T> {
  const client = useChatClient();
  const [value, setValue] = useState<T | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let stale = false;
    fetch(client, id).then(
      (got) => {
        if (!stale) setValue(got);
      },
      (thrown: unknown) => {
        if (!stale) setError(sentenceFor(thrown));
      },
    );
    return () => {
      stale = true;
    };
    // oxlint-disable-next-line react/exhaustive-deps -- `turn` asks again
  }, [client, fetch, id, turn]);
  const retry = useCallback(() => {
    setError(null);
    setTurn((now) => now + 1);
  }, []);
  return { value, error, retry };
}
