import type { UserDetail } from '@parley/protocol';
import { usePresence } from '@parley/react';
import type { Presence } from './presence.js';

const NOBODY: never[] = [];

/** Whether the other person of a direct conversation is here: as it was fetched, until it is watched. */
export function usePeerPresence(peer: UserDetail | null): Presence | null {
  const watched = usePresence(peer ? [peer.id] : NOBODY);
  return peer && (watched.get(peer.id) ?? peer);
}
