import { isSearchable, type UserDetail, type UserView } from '@parley/protocol';
import { useChatClient, usePeople } from '@parley/react';
import { useEffect, useMemo, useState } from 'react';
import { sentenceFor } from '../../api/sentences.js';
import { fold } from '../../ui/fold.js';

const PAUSE_MS = 160;

/** Of people who are only known there is no presence. */
export type FoundPerson = UserView & Partial<UserDetail>;

export interface PeopleSearch {
  people: FoundPerson[];
  status: 'searching' | 'ready' | 'failed';
  error: string | null;
}

const SEARCHING: PeopleSearch = { people: [], status: 'searching', error: null };

/** People who match what is typed, without these; requested once the typing pauses. Null: nobody is looked for. */
export function usePeopleSearch(typed: string | null, without: readonly string[]): PeopleSearch {
  const query = typed?.trim().toLowerCase() ?? '';
  // For queries that the server does not search, people known already are offered.
  const asks = isSearchable(query);
  const client = useChatClient();
  const known = useKnown(query, typed !== null && !asks);
  const [found, setFound] = useState<PeopleSearch>(SEARCHING);
  useEffect(() => {
    if (!asks) return;
    let stale = false;
    const timer = setTimeout(async () => {
      try {
        const people = await client.searchUsers(query);
        if (!stale) setFound({ people, status: 'ready', error: null });
      } catch (thrown) {
        if (!stale) setFound({ people: [], status: 'failed', error: sentenceFor(thrown) });
      }
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stale = true;
      setFound(SEARCHING);
    };
  }, [client, query, asks]);
  const result: PeopleSearch = asks ? found : { people: known, status: 'ready', error: null };
  return { ...result, people: result.people.filter((person) => !without.includes(person.id)) };
}

/** Known people whose name or username contains the query, sorted by name. */
function useKnown(query: string, on: boolean): UserView[] {
  const people = usePeople();
  return useMemo(() => {
    if (!on) return [];
    const fits = ({ displayName, username }: UserView) => fold(`${displayName} ${username}`).includes(fold(query));
    return [...people.values()].filter(fits).sort((a, b) => a.displayName.localeCompare(b.displayName));
  }, [people, query, on]);
}
