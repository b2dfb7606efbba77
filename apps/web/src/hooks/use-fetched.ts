import type { ParleyClient } from '@parley/client';
import { useChatClient } from '@parley/react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { isFinal, sentenceFor } from '../api/sentences.js';

export interface Fetched<T> {
  /** Null until it is fetched. */
  value: T | null;
  /** Why it could not be fetched. */
  error: string | null;
  /** Null where a retry would fail too. */
  retry: (() => void) | null;
}

/** Fetches what a dialog shows when that opens. `fetch` has to be the same function in every render. */
export function useFetched<T>(
  fetch: (client: ParleyClient, id: string) => Promise<T>,
  id: string,
): Fetched<T> & { reload: () => void } {
  const client = useChatClient();
  const [value, setValue] = useState<T | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [isOver, setOver] = useState(false);
  const attempt = useRef(0);
  const load = useCallback(() => {
    attempt.current += 1;
    const mine = attempt.current;
    fetch(client, id).then(
      (got) => {
        if (mine !== attempt.current) return;
        setValue(got);
        setError(null);
      },
      (thrown: unknown) => {
        if (mine !== attempt.current) return;
        setError(sentenceFor(thrown));
        setOver(isFinal(thrown));
      },
    );
  }, [client, fetch, id]);
  useEffect(() => {
    load();
    return () => {
      attempt.current += 1;
    };
  }, [load]);
  const retry = useCallback(() => {
    setError(null);
    load();
  }, [load]);
  return { value, error, retry: isOver ? null : retry, reload: load };
}
