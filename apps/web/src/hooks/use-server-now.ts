import { useChatClient } from '@parley/react';
import { useEffect, useState } from 'react';

/** Longer delays overflow `setTimeout`. */
const LONGEST_MS = 86_400_000;

/** The server's time as of this rendering. `until`: renders again at that moment, of which no event tells; null: never. */
export function useServerNow(until: number | null): number {
  const client = useChatClient();
  const [looks, setLooks] = useState(0);
  useEffect(() => {
    const left = until === null ? 0 : until - client.serverNow();
    if (left <= 0) return;
    const timer = setTimeout(() => setLooks(looks + 1), Math.min(left, LONGEST_MS));
    return () => clearTimeout(timer);
  }, [client, until, looks]);
  return client.serverNow();
}
