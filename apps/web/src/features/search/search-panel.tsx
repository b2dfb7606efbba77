import type { SearchHit } from '@parley/protocol';
import { X } from 'lucide-react';
import { useSearchParams } from 'wouter';
import { IconButton } from '../../ui/button.js';
import { SearchField } from './search-field.js';
import { SearchResults } from './search-results.js';
import { useMessageSearch } from './use-message-search.js';

/** Where the panel lies over the whole conversation. As in the style sheet. */
const COVERS = '(max-width: 720px)';

/** The search in one conversation, beside its history. */
export function SearchPanel({ conversationId, onClose }: { conversationId: string; onClose: () => void }) {
  const [params, setParams] = useSearchParams();
  const query = params.get('q') ?? '';
  const search = useMessageSearch(query, conversationId);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Escape closes it from whatever has focus in it
    <aside
      aria-label="Search"
      className="chat-panel"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) onClose();
      }}
    >
      <header className="flex h-14 flex-none items-center gap-1 border-b border-line pe-2.5 ps-3">
        <div className="min-w-0 flex-1">
          <SearchField
            label="Search this conversation"
            value={query}
            onSearch={(text) => setParams((now) => withQuery(now, text), { replace: true })}
          />
        </div>
        <IconButton label="Close search" onClick={onClose}>
          <X size={18} strokeWidth={1.6} />
        </IconButton>
      </header>
      <SearchResults search={search} hrefOf={(hit) => hrefOf(hit, params)} />
    </aside>
  );
}

/** The panel stays open beside the message, but not over it. */
function hrefOf({ message }: SearchHit, params: URLSearchParams): string {
  const path = `/c/${message.conversationId}/m/${message.seq}`;
  return matchMedia(COVERS).matches ? path : `${path}?${params}`;
}

function withQuery(params: URLSearchParams, query: string): URLSearchParams {
  const next = new URLSearchParams(params);
  if (query.trim() === '') next.delete('q');
  else next.set('q', query);
  return next;
}
