import type { UserPresence } from '@parley/protocol';
import { useEffect, useMemo } from 'react';
import { useChatClient } from './chat-provider.js';
import { useSelected } from './use-subscribable.js';

type Presences = ReadonlyMap<string, UserPresence>;

/**
 * Who of these is online, kept live while this is mounted; those of whom nothing is known are missing. The array may be a
 * new one each time. Renders again only when one of them changes.
 */
export function usePresence(userIds: readonly string[]): Presences {
  const client = useChatClient();
  // Another order is not another question.
  const key = userIds.toSorted().join(' ');
  const select = useMemo(() => selectorOf(idsIn(key)), [key]);
  useEffect(() => client.watchPresence(idsIn(key)), [client, key]);
  return useSelected(client.presence, select);
}

const idsIn = (key: string): string[] => (key === '' ? [] : key.split(' '));

/** Answers the same map for as long as all in it are the same. */
function selectorOf(ids: readonly string[]): (known: Presences) => Presences {
  let latest: Presences = new Map();
  return (known) => {
    const next = new Map<string, UserPresence>();
    for (const id of ids) {
      const presence = known.get(id);
      if (presence) next.set(id, presence);
    }
    const isSame = next.size === latest.size && [...next].every(([id, presence]) => latest.get(id) === presence);
    if (!isSame) latest = next;
    return latest;
  };
}
