import { useCallback, useEffect, useRef, useState } from 'react';
import { NotFound } from '../../app/not-found.js';
import { useTitle } from '../../app/use-title.js';
import { useView } from '../../app/view.js';
import { Button } from '../../ui/button.js';
import { EmptyState, Skeleton } from '../../ui/states.js';
import { titleOf } from '../conversations/preview.js';
import { change, useConversation } from './chat.store.js';
import { ChatHeader } from './chat-header.js';
import { openConversation } from './chat-loader.js';
import { Composer } from './composer.js';
import type { ConversationState } from './conversation-state.js';
import { HistoryStart } from './history-start.js';
import { LiveLog } from './live-log.js';
import { MemberPanel } from './member-panel.js';
import { MessageList } from './message-list.js';
import { trimmed } from './timeline.js';
import { useNewDivider } from './use-new-divider.js';

/** One conversation: header, messages, composer, and the panel beside them. */
export function ChatWindow({ id, me }: { id: string; me: string }) {
  const state = useConversation(id);
  const { outcome, retry } = useOpened(id, state);
  if (outcome === 'not-found' && (!state || state.gone === null)) return <NotFound />;
  if (outcome === 'failed' && !hasRows(state)) return <LoadFailed onRetry={retry} />;
  if (!state || (state.timeline.status !== 'ready' && !hasRows(state))) {
    return (
      <div className="h-full" aria-busy="true">
        <div className="h-14 border-b border-line" />
        <Skeleton rows={7} className="p-6" />
      </div>
    );
  }
  return <Opened state={state} me={me} />;
}

function Opened({ state, me }: { state: ConversationState; me: string }) {
  const { id } = state.item;
  const title = titleOf(state.item);
  const input = useRef<HTMLTextAreaElement>(null);
  const newFrom = useNewDivider(state, me);
  const { panel, togglePanel } = useView();
  useTitle(title);
  useEffect(() => {
    // On a touch screen the keyboard would cover what one came to read.
    if (matchMedia('(pointer: fine)').matches) input.current?.focus();
  }, []);
  const toComposer = useCallback(() => input.current?.focus(), []);
  return (
    <div className="chat">
      <section aria-label={title} className="flex h-full min-h-0 min-w-0 flex-col">
        <ChatHeader state={state} panelOpen={panel === 'members'} onTogglePanel={() => togglePanel('members')} />
        <MessageList
          state={state}
          me={me}
          title={title}
          newFrom={newFrom}
          start={<HistoryStart item={state.item} />}
          onEscape={toComposer}
        />
        {state.timeline.items.length === 0 && state.outbox.length === 0 ? <HistoryStart item={state.item} /> : null}
        <Composer state={state} title={title} inputRef={input} />
        <LiveLog conversationId={id} me={me} />
      </section>
      {panel === 'members' ? <MemberPanel state={state} me={me} onClose={() => togglePanel('members')} /> : null}
    </div>
  );
}

function LoadFailed({ onRetry }: { onRetry: () => void }) {
  return (
    <div role="alert" className="flex h-full items-center justify-center">
      <EmptyState
        title="This conversation could not be loaded"
        action={
          <Button kind="primary" onClick={onRetry}>
            Try again
          </Button>
        }
      >
        The server did not answer, or the connection is away.
      </EmptyState>
    </div>
  );
}

/** Fetches what the conversation needs to be shown; again when its rows went out of date while away. */
function useOpened(id: string, state: ConversationState | undefined) {
  const [outcome, setOutcome] = useState<'found' | 'not-found' | 'failed' | null>(null);
  const retry = useCallback(() => {
    void openConversation(id).then(setOutcome);
  }, [id]);
  const stale = state === undefined || (state.timeline.status === 'empty' && state.held === null);
  useEffect(() => {
    if (stale) retry();
  }, [stale, retry]);
  useEffect(() => () => change(id, trimmed), [id]);
  return { outcome, retry };
}

function hasRows(state: ConversationState | undefined): boolean {
  return (state?.timeline.items.length ?? 0) > 0;
}
