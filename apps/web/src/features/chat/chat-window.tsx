import type { ConversationsSnapshot, ConversationView, SdkError } from '@parley/client';
import type { Message } from '@parley/protocol';
import { useChatClient, useChatEvent, useConversation, useMessages, useSelected } from '@parley/react';
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { sentenceOf } from '../../api/sentences.js';
import { useKept } from '../../hooks/use-kept.js';
import { pointerInUse } from '../../hooks/use-pointer.js';
import { useSocket } from '../../hooks/use-socket.js';
import { useTitle } from '../../hooks/use-title.js';
import { useView } from '../../hooks/use-view.js';
import { isolate } from '../../ui/isolated.js';
import { lazyPart } from '../../ui/lazy-part.js';
import { NotFound } from '../../ui/not-found.js';
import { DialogPart } from '../../ui/part.js';
import { EmptyState, Skeleton } from '../../ui/states.js';
import { TryAgain } from '../../ui/try-again.js';
import { DropZone } from '../attachments/drop-zone.js';
import { SearchPanel } from '../search/search-panel.js';
import { ChatHeader } from './chat-header.js';
import { Composer } from './composer/composer.js';
import { useFileTarget } from './composer/use-file-target.js';
import { titleOf } from './conversation-title.js';
import { useSilence } from './members/use-silence.js';
import { MessageContext } from './message/message-actions.js';
import { canWrite } from './message/message-rights.js';
import type { OpenConversation } from './open-conversation.js';
import { FailedChange } from './own-settings/failed-change.js';
import { useUnreadMark } from './own-settings/use-unread-mark.js';
import { HistoryStart } from './timeline/history-start.js';
import { LiveLog } from './timeline/live-log.js';
import { MessageList } from './timeline/message-list.js';
import { covers, type Jump, useJump } from './timeline/use-jump.js';
import { useNewDivider } from './timeline/use-new-divider.js';
import { useEscape } from './use-escape.js';
import { useMessageContext } from './use-message-context.js';

const MemberPanel = lazyPart(() => import('./members/member-panel.js'));

/** The newest page holds this many unread messages. */
const NEAR = 30;

interface ChatWindowProps {
  id: string;
  /** The seq in the address, for a link to a message. */
  at: string | null;
  me: string;
}

/** One conversation: header, messages, composer, and the panel beside them. */
export function ChatWindow({ id, at, me }: ChatWindowProps) {
  const known = useConversation(id);
  const isLoaded = useSelected(useChatClient().conversations, loaded);
  const view = useKept(known);
  const why = useDeparture(id, me);
  if (view) return <Window view={view} gone={known === null ? why : null} at={seqOf(at, view)} me={me} />;
  return isLoaded ? <NotFound /> : <Loading />;
}

interface WindowProps extends Pick<OpenConversation, 'view' | 'gone'> {
  at: number | null;
  me: string;
}

/** Chooses the first position, and waits until its messages are loaded. */
function Window({ view, gone, at, me }: WindowProps) {
  const [markedAt, markUnread] = useUnreadMark(view);
  const [startAt] = useState(() => at ?? markedAt ?? firstFarUnread(view));
  const now = useMessages(view.id, { startAt: startAt ?? undefined });
  const messages = useKept(gone === null ? now : null) ?? now;
  const isReady = messages.isLoaded && (startAt === null || covers(messages.items, startAt));
  const [isShown, setShown] = useState(isReady);
  if (isReady && !isShown) setShown(true);
  const load = () => void (startAt === null ? messages.toLatest() : messages.jumpTo(startAt));
  const failure = messages.error?.code === 'offline' ? null : messages.error;
  if (!isReady && !isShown) {
    // Without a connection the banner says so, and the messages are loaded once it returns.
    if (!failure) return <Loading />;
    return failure.retryable ? <LoadFailed failure={failure} onRetry={load} /> : <NotFound />;
  }
  const open = { view, messages, gone };
  return <Opened open={open} at={at} me={me} markedAt={markedAt} markUnread={markUnread} />;
}

interface OpenedProps extends Pick<WindowProps, 'at' | 'me'> {
  open: OpenConversation;
  /** From where on I had marked it as unread. */
  markedAt: number | null;
  markUnread: (message: Message) => void;
}

function Opened({ open, at, me, markedAt, markUnread }: OpenedProps) {
  const { view, messages, gone } = open;
  const title = titleOf(view);
  const input = useRef<HTMLTextAreaElement>(null);
  const [newFrom, clearDivider] = useNewDivider({ view, items: messages.items, me, markedAt });
  const jump = useJump(view.id, at);
  const { panel, togglePanel } = useView();
  const { markAsRead } = useSocket();
  useTitle(isolate(title));
  useBeginning(input, at);
  useAddressedMessage(at, jump);
  useEscape(input, () => {
    if (panel !== null) return togglePanel(panel);
    markAsRead(view.id, view.lastSeq);
    clearDivider();
    void jump.toLatest();
  });
  const say = useSay(messages, clearDivider, jump);
  const { id, type, myRole, isArchived } = view;
  const silencedUntil = useSilence(view.members.find(({ user }) => user.id === me));
  const facts = { id, type, myRole, isArchived, me, isGone: gone !== null, isSilenced: silencedUntil !== null };
  const [context, editing] = useMessageContext({ facts, input, jump, say, markUnread });
  const area = useRef<HTMLElement>(null);
  const [isOver, leave] = useFileTarget({ conversationId: id, isOpen: canWrite(context.facts), area, input });
  const start = useHistoryStart(view);
  const toggleMembers = () => togglePanel('members');
  const toggleSearch = () => togglePanel('search');
  const reopen = () => void (at !== null && jump.go(at));
  return (
    <MessageContext value={context}>
      <div className="chat">
        <section ref={area} aria-label={title} className="relative flex h-full min-h-0 min-w-0 flex-col">
          <ChatHeader view={view} gone={gone} panel={panel} onTogglePanel={togglePanel} />
          <FailedChange
            conversationId={view.id}
            onGone={() => (input.current ?? document.getElementById('main'))?.focus()}
          />
          <MessageList
            open={open}
            me={me}
            title={title}
            newFrom={newFrom}
            start={start}
            jump={jump}
            editing={editing}
            onEscape={() => input.current?.focus()}
          />
          {messages.items.length === 0 ? start : null}
          <Composer
            open={open}
            title={title}
            silencedUntil={silencedUntil}
            inputRef={input}
            onSend={({ text, replyToId }, files) => say(text, replyToId, files)}
          />
          <LiveLog conversationId={id} me={me} items={messages.items} />
          {isOver ? <DropZone title={title} onLeave={leave} /> : null}
        </section>
        {panel === 'members' && type === 'group' ? (
          <DialogPart>
            <MemberPanel view={view} gone={gone} me={me} onClose={toggleMembers} />
          </DialogPart>
        ) : null}
        {panel === 'search' ? (
          <SearchPanel conversationId={id} at={at} onReopen={reopen} onClose={toggleSearch} />
        ) : null}
      </div>
    </MessageContext>
  );
}

/** A conversation opens with the focus in the composer. */
function useBeginning(input: RefObject<HTMLTextAreaElement | null>, at: number | null): void {
  const begun = useRef(at);
  useEffect(() => {
    // On a touch screen the keyboard would cover the messages; a link to a message moves the focus there.
    if (begun.current === null && pointerInUse() === 'mouse') input.current?.focus();
  }, [input]);
}

/** Jumps when the address names another message. The list begins at the first one by itself. */
function useAddressedMessage(at: number | null, { go }: Jump): void {
  const last = useRef(at);
  useEffect(() => {
    if (at !== null && at !== last.current) void go(at);
    last.current = at;
  }, [at, go]);
}

/** Sends a message, and jumps to the newest ones where they are not loaded. */
function useSay({ send, hasNewer }: OpenConversation['messages'], clearDivider: () => void, { toLatest }: Jump) {
  return useCallback(
    (text: string, replyToId: string | null, files: readonly File[] = []) => {
      const attachments = files.map((file) => ({ content: file, fileName: file.name }));
      send({ content: text, replyToId: replyToId ?? undefined, ...(files.length > 0 && { attachments }) });
      clearDivider();
      if (hasNewer) void toLatest();
    },
    [send, clearDivider, hasNewer, toLatest],
  );
}

/** Memoised, since the first row is drawn again with each new element. */
function useHistoryStart(view: ConversationView) {
  const { id, type, name, peer } = view;
  return useMemo(() => <HistoryStart item={{ id, type, name, peer }} />, [id, type, name, peer]);
}

function Loading() {
  return (
    <div className="h-full" aria-busy="true">
      <div className="h-14 border-b border-line" />
      <Skeleton rows={7} className="p-6" />
    </div>
  );
}

function LoadFailed({ failure, onRetry }: { failure: SdkError; onRetry: () => void }) {
  return (
    <div role="alert" className="flex h-full items-center justify-center">
      <EmptyState title="This conversation could not be loaded" action={<TryAgain kind="primary" onRetry={onRetry} />}>
        {sentenceOf(failure)}
      </EmptyState>
    </div>
  );
}

/** Why I am no longer a member: I left, or, if no event said so, somebody removed me. */
function useDeparture(id: string, me: string): 'left' | 'removed' {
  const [why, setWhy] = useState<'left' | 'removed'>('removed');
  useChatEvent('member:removed', ({ conversationId, userId, actorId }) => {
    if (conversationId === id && userId === me) setWhy(actorId === me ? 'left' : 'removed');
  });
  return why;
}

/** The first unread message, if it may not be on the newest page. */
function firstFarUnread({ unreadCount, lastSeq, lastReadSeq }: ConversationView): number | null {
  return unreadCount > 0 && lastSeq - lastReadSeq > NEAR ? lastReadSeq + 1 : null;
}

/** The message that the address names, at most the last one. */
function seqOf(text: string | null, { lastSeq }: ConversationView): number | null {
  const seq = Math.min(Number(text ?? Number.NaN), lastSeq);
  return Number.isSafeInteger(seq) && seq > 0 ? seq : null;
}

function loaded({ isLoaded }: ConversationsSnapshot): boolean {
  return isLoaded;
}
