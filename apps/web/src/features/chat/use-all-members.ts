import type { ConversationView } from '@parley/client';
import type { Member, Page } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { useEffect, useState } from 'react';
import { sentenceFor } from '../../api/sentences.js';
import { learnPeople } from '../people/people.store.js';

interface AllMembers {
  members: readonly Member[];
  /** Why some are missing. */
  fault: string | null;
}

/** Everybody present. The SDK holds the first hundred; of larger groups the others are fetched when somebody looks. */
export function useAllMembers({ id, members, membersComplete, memberCount }: ConversationView): AllMembers {
  const client = useChatClient();
  const [fetched, setFetched] = useState<readonly Member[]>([]);
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => {
    if (membersComplete || members.length === 0) return;
    let isStale = false;
    async function fetchAll() {
      const all: Member[] = [];
      let cursor: string | null = '';
      while (cursor !== null && !isStale) {
        const query: string = cursor === '' ? '' : `?${new URLSearchParams({ cursor })}`;
        const page: Page<Member> = await client.request('GET', `conversations/${id}/members${query}`);
        all.push(...page.items);
        cursor = page.nextCursor;
      }
      if (isStale) return;
      learnPeople(all.map(({ user }) => user));
      setFetched(all);
    }
    fetchAll().catch((thrown) => setFault(sentenceFor(thrown)));
    return () => {
      isStale = true;
    };
    // Joined or left: whoever the SDK does not hold may have been among them.
  }, [client, id, membersComplete, members.length === 0, memberCount]);
  if (membersComplete) return { members, fault: null };
  const live = new Set(members.map(({ user }) => user.id));
  return {
    members: [...members, ...fetched.filter(({ user, leftAt }) => leftAt === null && !live.has(user.id))],
    fault,
  };
}
