import type { SearchHit } from '@parley/protocol';
import { useParams } from '../../hooks/use-params.js';
import { useView } from '../../hooks/use-view.js';
import { Panel } from '../../ui/panel.js';
import { SearchField } from './search-field.js';
import { SearchResults } from './search-results.js';
import { useMessageSearch } from './use-message-search.js';

/** Where the panel lies over the whole conversation. As in the style sheet. */
const COVERS = '(max-width: 720px)';

interface SearchPanelProps {
  conversationId: string;
  /** The seq in the address, and what jumps there once more. */
  at: number | null;
  onReopen: () => void;
  onClose: () => void;
}

/** The search in one conversation, beside its history. */
export function SearchPanel({ conversationId, at, onReopen, onClose }: SearchPanelProps) {
  const [params] = useParams();
  const { query, setQuery } = useView();
  const search = useMessageSearch(query, conversationId);
  const field = (
    <div className="min-w-0 flex-1">
      <SearchField label="Search this conversation" value={query} onSearch={setQuery} />
    </div>
  );
  return (
    <Panel label="Search" header={field} onClose={onClose}>
      <SearchResults search={search} hrefOf={(hit) => hrefOf(hit, params)} opened={{ seq: at, reopen: onReopen }} />
    </Panel>
  );
}

/** The panel stays open beside the message, but not over it. */
function hrefOf({ message }: SearchHit, params: URLSearchParams): string {
  const path = `/c/${message.conversationId}/m/${message.seq}`;
  return matchMedia(COVERS).matches ? path : `${path}?${params}`;
}
