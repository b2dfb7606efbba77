import type { ConversationListItem } from '@parley/protocol';
import { usePresence } from '@parley/react';
import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { useView } from '../../hooks/use-view.js';
import { Button } from '../../ui/button.js';
import { classes } from '../../ui/classes.js';
import { moveByKeys } from '../../ui/roving.js';
import { EmptyState, Skeleton } from '../../ui/states.js';
import { MOST_WATCHED, markOf } from '../people/presence.js';
import { ConversationRow } from './conversation-row.js';
import { useFolded } from './use-folded.js';

/** My conversations, pinned ones first, then the latest, archived ones folded away. One Tab stop, arrows within. */
export function ConversationList({ me }: { me: string }) {
  const { pinned, active, archived, open, isLoaded } = useFolded();
  const [focused, setFocused] = useState<string | null>(null);
  const [unfolded, setUnfolded] = useState(false);
  const showArchived = unfolded || archived.some(({ id }) => id === open);
  const rows = [...pinned, ...active, ...(showArchived ? archived : [])];
  const presences = usePresence(rows.flatMap(({ peer }) => (peer ? [peer.id] : [])).slice(0, MOST_WATCHED));
  const stop = [focused, open].find((id) => rows.some((item) => item.id === id)) ?? rows[0]?.id;

  function row(item: ConversationListItem) {
    const { id, peer } = item;
    return (
      <ConversationRow
        key={id}
        item={item}
        me={me}
        mark={markOf(peer && (presences.get(peer.id) ?? peer))}
        selected={id === open}
        tabStop={id === stop}
        onFocus={setFocused}
      />
    );
  }

  if (rows.length === 0 && archived.length === 0) return <NoRows isLoaded={isLoaded} />;
  return (
    <div role="presentation" className="min-h-0 flex-1 overflow-y-auto px-2 pb-2" onKeyDown={moveByKeys}>
      {pinned.length > 0 ? (
        <>
          <h2 className="px-2.5 pt-1 pb-0.5 text-meta text-ink-3">Pinned</h2>
          <ul aria-label="Pinned conversations" className="mb-1 border-b border-line pb-1">
            {pinned.map(row)}
          </ul>
        </>
      ) : null}
      <ul aria-label="Conversations">{active.map(row)}</ul>
      {archived.length > 0 ? (
        <>
          <ArchivedToggle count={archived.length} isOpen={showArchived} onToggle={() => setUnfolded(!showArchived)} />
          {showArchived ? <ul aria-label="Archived conversations">{archived.map(row)}</ul> : null}
        </>
      ) : null}
    </div>
  );
}

interface ArchivedToggleProps {
  count: number;
  isOpen: boolean;
  onToggle: () => void;
}

function ArchivedToggle({ count, isOpen, onToggle }: ArchivedToggleProps) {
  return (
    <button
      type="button"
      aria-expanded={isOpen}
      onClick={onToggle}
      className="mt-2 flex h-9 w-full items-center gap-1.5 rounded-control px-2.5 text-second font-medium text-ink-3 hover:bg-hover"
    >
      <ChevronRight
        size={15}
        strokeWidth={1.8}
        className={classes('transition-transform duration-120', isOpen && 'rotate-90')}
      />
      Archived ({count})
    </button>
  );
}

function NoRows({ isLoaded }: { isLoaded: boolean }) {
  const { openDialog } = useView();
  if (!isLoaded) {
    return (
      <div className="min-h-0 flex-1" aria-busy="true">
        <Skeleton rows={6} className="px-4 pt-2" />
      </div>
    );
  }
  return (
    <div className="flex min-h-0 flex-1 flex-col justify-center">
      <EmptyState
        title="No conversations yet"
        action={
          <Button className="min-[721px]:hidden" kind="primary" onClick={() => openDialog('new-message')}>
            New message
          </Button>
        }
      >
        They appear here as soon as you, or somebody else, begins one.
      </EmptyState>
    </div>
  );
}
