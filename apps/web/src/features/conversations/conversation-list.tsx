import { ChevronRight } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useRoute } from 'wouter';
import { useView } from '../../app/view.js';
import { Button } from '../../ui/button.js';
import { classes } from '../../ui/classes.js';
import { moveByKeys } from '../../ui/roving.js';
import { EmptyState, Skeleton } from '../../ui/states.js';
import { useChat } from '../chat/chat.store.js';
import { loadList } from '../chat/chat-loader.js';
import type { ConversationState } from '../chat/conversation-state.js';
import { ConversationRow } from './conversation-row.js';
import { orderedOf } from './ordered.js';

/** My conversations, the latest first, archived ones folded away. One Tab stop, arrows within. */
export function ConversationList({ me }: { me: string }) {
  const byId = useChat((state) => state.byId);
  const status = useChat((state) => state.list);
  const [, params] = useRoute('/c/:id');
  const [focused, setFocused] = useState<string | null>(null);
  const [unfolded, setUnfolded] = useState(false);
  const { active, archived } = useMemo(() => orderedOf(byId), [byId]);
  const open = params?.id ?? null;
  const showArchived = unfolded || archived.some((state) => state.item.id === open);
  const rows = showArchived ? [...active, ...archived] : active;
  const stop = [focused, open].find((id) => rows.some((state) => state.item.id === id)) ?? rows[0]?.item.id;

  function row(state: ConversationState) {
    const { id } = state.item;
    return (
      <ConversationRow
        key={id}
        item={state.item}
        me={me}
        selected={id === open}
        tabStop={id === stop}
        onFocus={setFocused}
      />
    );
  }

  if (rows.length === 0 && archived.length === 0) return <NoRows status={status} />;
  return (
    <div role="presentation" className="min-h-0 flex-1 overflow-y-auto px-2 pb-2" onKeyDown={moveByKeys}>
      <ul aria-label="Conversations">{active.map(row)}</ul>
      {archived.length > 0 ? (
        <>
          <button
            type="button"
            aria-expanded={showArchived}
            onClick={() => setUnfolded(!showArchived)}
            className="mt-2 flex h-9 w-full items-center gap-1.5 rounded-control px-2.5 text-second font-medium text-ink-3 hover:bg-hover"
          >
            <ChevronRight
              size={15}
              strokeWidth={1.8}
              className={classes('transition-transform duration-120', showArchived && 'rotate-90')}
            />
            Archived ({archived.length})
          </button>
          {showArchived ? <ul aria-label="Archived conversations">{archived.map(row)}</ul> : null}
        </>
      ) : null}
    </div>
  );
}

function NoRows({ status }: { status: 'loading' | 'ready' | 'failed' }) {
  const { openDialog } = useView();
  if (status === 'loading') {
    return (
      <div className="min-h-0 flex-1" aria-busy="true">
        <Skeleton rows={6} className="px-4 pt-2" />
      </div>
    );
  }
  const failed = status === 'failed';
  return (
    <div className="flex min-h-0 flex-1 flex-col justify-center">
      <EmptyState
        title={failed ? 'Your conversations could not be loaded' : 'No conversations yet'}
        action={
          failed ? (
            <Button onClick={() => void loadList()}>Try again</Button>
          ) : (
            <Button className="min-[721px]:hidden" kind="primary" onClick={() => openDialog('new-message')}>
              New message
            </Button>
          )
        }
      >
        {failed ? 'The server did not answer.' : 'They appear here as soon as you, or somebody else, begins one.'}
      </EmptyState>
    </div>
  );
}
