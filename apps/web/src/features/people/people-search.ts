import type { UserDetail } from '@parley/protocol';
import { useEffect, useState } from 'react';
import { sentenceFor } from '../../api/sentences.js';
import { searchPeople } from './people.store.js';

const PAUSE_MS = 160;

export interface PeopleSearch {
  people: UserDetail[];
  status: 'searching' | 'ready' | 'failed';
  error: string | null;
}

/** People who fit what is typed, without those named; asked for once the typing pauses. */
export function usePeopleSearch(query: string, without: readonly string[]): PeopleSearch {
  const [found, setFound] = useState<PeopleSearch>({ people: [], status: 'searching', error: null });
  useEffect(() => {
    const gone = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const people = await searchPeople(query.trim(), gone.signal);
        if (!gone.signal.aborted) setFound({ people, status: 'ready', error: null });
      } catch (thrown) {
        if (!gone.signal.aborted) setFound({ people: [], status: 'failed', error: sentenceFor(thrown) });
      }
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [query]);
  return { ...found, people: found.people.filter((person) => !without.includes(person.id)) };
}
