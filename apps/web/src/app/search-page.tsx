import type { SearchHit } from '@parley/protocol';
import { useConversations } from '@parley/react';
import { ChevronLeft } from 'lucide-react';
import { useMemo } from 'react';
import { useLocation } from 'wouter';
import { titleOf } from '../features/chat/conversation-title.js';
import { SearchField } from '../features/search/search-field.js';
import { SearchResults } from '../features/search/search-results.js';
import { useMessageSearch } from '../features/search/use-message-search.js';
import { useTitle } from '../hooks/use-title.js';
import { useView } from '../hooks/use-view.js';
import { IconButton } from '../ui/button.js';

/** The search through all of my conversations. The question stands in the address, so that Back finds it again. */
export function SearchPage() {
  const [, navigate] = useLocation();
  const { query, setQuery } = useView();
  const search = useMessageSearch(query, null);
  const headingOf = useHeadings();
  useTitle('Search');
  return (
    <section aria-label="Search" className="mx-auto flex h-full max-w-[760px] min-w-0 flex-col">
      <header className="flex h-14 flex-none items-center gap-1 px-4 max-[720px]:ps-1 max-[720px]:pe-3">
        <h2 className="sr-only">Search</h2>
        <IconButton label="Back to conversations" className="min-[721px]:hidden" onClick={() => navigate('/')}>
          <ChevronLeft size={22} strokeWidth={1.6} />
        </IconButton>
        <div className="min-w-0 flex-1">
          <SearchField label="Search all conversations" value={query} onSearch={setQuery} />
        </div>
      </header>
      <SearchResults search={search} hrefOf={hrefOf} headingOf={headingOf} />
    </section>
  );
}

function hrefOf({ message }: SearchHit): string {
  return `/c/${message.conversationId}/m/${message.seq}`;
}

function useHeadings(): (conversationId: string) => string {
  const { items } = useConversations();
  const titles = useMemo(() => new Map(items.map((item) => [item.id, titleOf(item)])), [items]);
  return (id) => titles.get(id) ?? 'Conversation';
}
