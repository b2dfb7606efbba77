import type { ConversationView, ParleyClient } from '@parley/client';
import type { Member, Page } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { useEffect, useState } from 'react';
import { sentenceFor } from '../../../api/sentences.js';
import { learnPeople } from '../../people/people.store.js';

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
  // With the count, those whom the SDK does not hold may have changed: then they are fetched anew.
  const wanted = membersComplete || members.length === 0 ? null : memberCount;
  useEffect(() => {
    if (wanted === null) return;
    let isStale = false;
    fetchMembers(client, id).then(
      (all) => {
        if (isStale) return;
        learnPeople(all.map(({ user }) => user));
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
  if (membersComplete) return { members, fault: null };
  const live = new Set(members.map(({ user }) => user.id));
  return {
    members: [...members, ...fetched.filter(({ user, leftAt }) => leftAt === null && !live.has(user.id))],
    fault,
  };
}

async function fetchMembers(client: ParleyClient, id: string): Promise<Member[]> {
  const all: Member[] = [];
  let query = '';
  for (;;) {
    const page: Page<Member> = await client.request('GET', `conversations/${id}/members${query}`);
    all.push(...page.items);
    if (page.nextCursor === null) return all;
    query = `?${new URLSearchParams({ cursor: page.nextCursor })}`;
  }
}
