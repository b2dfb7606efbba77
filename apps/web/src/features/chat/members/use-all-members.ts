import type { ConversationView } from '@parley/client';
import type { Member } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { useEffect, useMemo, useState } from 'react';
import { sentenceFor } from '../../../api/sentences.js';
import { fetchMembers } from './fetch-members.js';

interface AllMembers {
  members: readonly Member[];
  /** Why some could not be loaded. */
  fault: string | null;
}

/**
 * All present members. The SDK holds the first hundred; those of larger groups are fetched when the panel is opened.
 */
export function useAllMembers({ id, members, membersComplete, memberCount }: ConversationView): AllMembers {
  const client = useChatClient();
  const [fetched, setFetched] = useState<readonly Member[]>([]);
  const [fault, setFault] = useState<string | null>(null);
  // A changed count may mean other members than the SDK holds: they are fetched again.
  const wanted = membersComplete || members.length === 0 ? null : memberCount;
  useEffect(() => {
    if (wanted === null) return;
    let isStale = false;
    fetchMembers(client, id, () => isStale).then(
      (all) => {
        if (isStale) return;
        client.meet(all.map(({ user }) => user));
        setFetched(all);
        setFault(null);
      },
      (thrown: unknown) => {
        if (!isStale) setFault(sentenceFor(thrown));
      },
    );
    return () => {
      isStale = true;
    };
  }, [client, id, wanted]);
  const all = useMemo(() => {
    const live = new Set(members.map(({ user }) => user.id));
    return [...members, ...fetched.filter(({ user, leftAt }) => leftAt === null && !live.has(user.id))];
  }, [members, fetched]);
  return membersComplete ? { members, fault: null } : { members: all, fault };
}
