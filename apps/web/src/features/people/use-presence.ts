import type { Page, UserDetail } from '@parley/protocol';
import { useChatClient, useChatEvent, useConnection } from '@parley/react';
import { useEffect, useState } from 'react';
import type { Presence } from './presence.js';

type Presences = Readonly<Record<string, Presence>>;

/** People in one request. */
const MOST = 100;

/**
 * Whether these people are here: asked for with each connection, and followed by events, which groups of over 100 members
 * do not have. Of more than a hundred the first ones.
 */
export function usePresence(userIds: readonly string[]): Presences {
  const client = useChatClient();
  const { state } = useConnection();
  const [presences, setPresences] = useState<Presences>({});
  const ids = userIds.slice(0, MOST).join(',');
  const tell = (userId: string, presence: Presence) =>
    setPresences((now) => (now[userId] ? { ...now, [userId]: presence } : now));
  useChatEvent('status:online', ({ userId, lastSeenAt }) => tell(userId, { isOnline: true, lastSeenAt }));
  useChatEvent('status:away', ({ userId, lastSeenAt }) => tell(userId, { isOnline: true, isAway: true, lastSeenAt }));
  useChatEvent('status:offline', ({ userId, lastSeenAt }) => tell(userId, { isOnline: false, lastSeenAt }));
  useEffect(() => {
    if (state !== 'online' || ids === '') return;
    let isStale = false;
    client.request<Page<UserDetail>>('GET', `users?ids=${ids}`).then(
      ({ items }) => {
        if (!isStale) setPresences(Object.fromEntries(items.map((user) => [user.id, user])));
      },
      // Nothing is drawn where nothing is known.
      () => undefined,
    );
    return () => {
      isStale = true;
    };
  }, [client, state, ids]);
  return presences;
}
