import type { ParleyClient } from '@parley/client';
import type { Message, UserView } from '@parley/protocol';
import { useChatClient, usePeople } from '@parley/react';
import { ArrowDown } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { useToday } from '../../../hooks/use-today.js';
import { Button } from '../../../ui/button.js';
import { hasModifier } from '../../../ui/has-modifier.js';
import { nameOf, personOf } from '../../people/names.js';
import { useMentionable } from '../members/use-mentionable.js';
import { MessageRow } from '../message/message-row.js';
import type { FindMention } from '../message/message-text.js';
import { headsBySeq, othersOf } from '../message/receipts.js';
import { holds, type Row } from '../message/row.js';
import { systemSentence } from '../message/system-sentence.js';
import type { OpenConversation } from '../open-conversation.js';
import { DayPill } from './day-pill.js';
import { MentionsPill } from './mentions-pill.js';
import { rowsOf } from './rows.js';
import type { Jump, Target } from './use-jump.js';
import { useMentionsAbove } from './use-mentions-above.js';
import { useReadMarker } from './use-read-marker.js';
import { type TimelineScroll, useTimelineScroll } from './use-timeline-scroll.js';

interface MessageListProps {
  open: OpenConversation;
  me: string;
  title: string;
  newFrom: number | null;
  /** Drawn above the very first message. */
  start: ReactNode;
  jump: Jump;
  /** The message whose editor is open. */
  editing: string | null;
  /** Called for Escape on a row: moves the focus to the composer. */
  onEscape: () => void;
}

const NOBODY: never[] = [];

/** How long a message that was jumped to is highlighted. */
const LIT_MS = 2_000;

/** The messages of one conversation, drawn as far as they are in view. */
export function MessageList(props: MessageListProps) {
  const { open, me, title, newFrom, jump, editing, onEscape } = props;
  const { view, messages } = open;
  const scroller = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const rows = useRows(messages, me, newFrom);
  const timeline = useTimelineScroll({
    scroller,
    rows,
    isLive: !messages.hasNewer,
    startAt: rows.findIndex((row) => row.fresh),
    target: jump.target,
    focusedKey: focused,
    ...loadingAtEdges(messages),
  });
  const onScroll = useReadMarker(view.id, rows, () => lastSeqUpTo(rows, timeline.lowestVisible()));
  const mentions = useMentionsAbove({ view, messages, me, rows, jump, inView: timeline.inView });
  const arrived = useNewCount(rows, me, timeline.pinned || messages.hasNewer);
  const lit = useLit(jump.target, rows, timeline.whenDrawn);
  useEditorInView(editing, rows, timeline.reveal);
  return (
    <div data-region className="relative min-h-0 flex-1">
      <MentionsPill {...mentions} />
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- the feed pattern: arrows lead from article to article */}
      <div
        ref={scroller}
        // A feed without articles is none.
        role={rows.length > 0 ? 'feed' : 'group'}
        aria-label={`Messages in ${title}`}
        aria-busy={messages.loading !== null}
        className="timeline flex h-full flex-col"
        onScroll={() => {
          onScroll();
          mentions.look();
        }}
        onKeyDown={(event) => onListKey(event, rows.length, { reveal: timeline.reveal, onEscape })}
      >
        <Rows list={props} rows={rows} timeline={timeline} lit={lit} focused={focused} onFocus={setFocused} />
      </div>
      {isQuiet(messages) ? <DayPill scroller={scroller} rows={rows} /> : null}
      <PageNotice messages={messages} />
      {timeline.pinned ? null : (
        <JumpPill arrived={arrived} onJump={messages.hasNewer ? () => void jump.toLatest() : timeline.toEnd} />
      )}
    </div>
  );
}

interface RowsProps {
  list: MessageListProps;
  rows: readonly Row[];
  timeline: TimelineScroll;
  lit: string | null;
  /** The key of the row that had the focus last. */
  focused: string | null;
  onFocus: (key: string) => void;
}

/** The rows that are in view or near it, each at its place. */
function Rows({ list, rows, timeline, lit, focused, onFocus }: RowsProps) {
  const { open, me, start, editing } = list;
  const { view, messages } = open;
  const people = usePeople();
  const describe = useDescriber(view, me);
  const tabStop = rows.some((row) => row.key === focused) ? focused : (rows.at(-1)?.key ?? null);
  return (
    <div className="relative mt-auto w-full flex-none" role="presentation" style={{ height: timeline.height }}>
      {timeline.items.map(({ key, index, start: offset }) => {
        const row = rows[index];
        if (!row) return null;
        return (
          <MessageRow
            key={key}
            row={row}
            index={index}
            offset={offset}
            tabStop={row.key === tabStop}
            measure={timeline.measure}
            onFocus={onFocus}
            editing={editing !== null && row.message?.id === editing}
            lit={row.key === lit}
            onRetry={messages.resend}
            onDiscard={messages.discard}
            start={row.start ? start : null}
            {...describe(row, people)}
          />
        );
      })}
    </div>
  );
}

/** More messages are loaded near either edge; after a failure only the button asks again. */
function loadingAtEdges(messages: OpenConversation['messages']) {
  const asks = messages.loading === null && messages.error === null;
  return {
    onNearTop: () => {
      if (asks && messages.hasOlder) void messages.loadOlder();
    },
    onNearEnd: () => {
      if (asks && messages.hasNewer) void messages.loadNewer();
    },
  };
}

function useRows({ items, hasOlder }: OpenConversation['messages'], me: string, newFrom: number | null): Row[] {
  const client = useChatClient();
  const now = useToday();
  return useMemo(() => {
    return rowsOf(items, { me, complete: !hasOlder, newFrom, now, lead: leadOver(client) });
  }, [client, items, hasOlder, me, newFrom, now]);
}

/** How far this device's clock is ahead of the server's. Milliseconds. */
function leadOver(client: ParleyClient): number {
  return Date.now() - client.serverNow();
}

/** What a row is given besides its message: sender, text of a system message, readers. */
function useDescriber({ members, type }: OpenConversation['view'], me: string) {
  const people = usePeople();
  const others = useMemo(() => othersOf(members, me), [members, me]);
  const heads = useMemo(() => headsBySeq(others), [others]);
  const mentionable = useMentionable(others);
  const find = useFindMention(mentionable, people.get(me));
  const tell = (message: Message) => systemSentence(message, me, (id) => nameOf(people, id));
  return (row: Row, known: ReadonlyMap<string, UserView>) => {
    const seq = row.message?.seq ?? Number.POSITIVE_INFINITY;
    const resting = heads.get(seq)?.filter((id) => id !== row.senderId) ?? NOBODY;
    const readers = row.receipt === null ? NOBODY : others.filter((other) => other.lastReadSeq >= seq);
    return {
      sender: personOf(known, row.senderId),
      mine: row.senderId === me,
      sentence: row.message?.type === 'system' ? tell(row.message) : null,
      earlier: row.folded.length === 0 ? NOBODY : row.folded.map(tell),
      heads: resting.flatMap((id) => known.get(id) ?? []),
      readers: type === 'group' ? readers.map((reader) => reader.user.displayName) : NOBODY,
      audience: others.length,
      people: mentionable,
      find,
    };
  };
}

/** Marks only usernames of members as mentions. */
function useFindMention(others: readonly UserView[], me: UserView | undefined): FindMention {
  const mine = me?.username.toLowerCase();
  return useMemo(() => {
    const known = new Set(others.map(({ username }) => username.toLowerCase()));
    return (usernames) => {
      const found = usernames.find((name) => name === mine || known.has(name));
      return found === undefined ? null : found === mine ? 'me' : 'other';
    };
  }, [others, mine]);
}

/** The key of the row that was jumped to, while it is highlighted. The row takes the focus, so that it is read out. */
function useLit(target: Target | null, rows: readonly Row[], whenDrawn: TimelineScroll['whenDrawn']): string | null {
  const [lit, setLit] = useState<string | null>(null);
  const done = useRef<Target | null>(null);
  useEffect(() => {
    const index = target === null ? -1 : rows.findIndex((row) => holds(row, target.seq));
    const key = rows[index]?.key;
    if (key === undefined || target === done.current) return;
    done.current = target;
    setLit(key);
    whenDrawn(index, (element) => element.focus({ preventScroll: true }));
    setTimeout(() => setLit((now) => (now === key ? null : now)), LIT_MS);
  }, [target, rows, whenDrawn]);
  return lit;
}

/** Scrolls the row whose editor opens into view. */
function useEditorInView(editing: string | null, rows: readonly Row[], reveal: TimelineScroll['reveal']): void {
  const shown = useRef<string | null>(null);
  useEffect(() => {
    if (editing === shown.current) return;
    shown.current = editing;
    const index = editing === null ? -1 : rows.findIndex((row) => row.message?.id === editing);
    if (index >= 0) reveal(index, (row) => row.querySelector('form')?.scrollIntoView({ block: 'nearest' }));
  });
}

/** How many messages of others arrived since the reader scrolled away from the end. */
function useNewCount(rows: readonly Row[], me: string, caughtUp: boolean): number {
  const last = rows.findLast((row) => row.message)?.message?.seq ?? 0;
  const [left, setLeft] = useState(last);
  if (caughtUp && left !== last) setLeft(last);
  if (caughtUp) return 0;
  return rows.filter(({ message }) => {
    return message && message.seq > left && message.senderId !== me && message.type !== 'system';
  }).length;
}

function JumpPill({ arrived, onJump }: { arrived: number; onJump: () => void }) {
  const words = arrived === 0 ? 'Jump to latest' : `${arrived} new ${arrived === 1 ? 'message' : 'messages'}`;
  return (
    <button
      type="button"
      data-testid="jump-latest"
      onClick={onJump}
      className="absolute bottom-3 left-1/2 inline-flex h-8 -translate-x-1/2 items-center gap-1.5 rounded-full bg-raised px-3.5 text-second font-medium text-ink shadow-float hover:bg-hover max-[720px]:h-11"
    >
      {words}
      <ArrowDown size={15} strokeWidth={1.8} className={arrived > 0 ? 'text-signal-text' : 'text-ink-3'} />
    </button>
  );
}

/** Nothing has to be said of the pages. */
function isQuiet({ loading, error }: OpenConversation['messages']): boolean {
  return error === null && loading !== 'older';
}

/** Drawn over the list, so that it moves no row. */
function PageNotice({ messages }: { messages: OpenConversation['messages'] }) {
  const { error, hasOlder } = messages;
  if (isQuiet(messages)) return null;
  const retry = hasOlder ? messages.loadOlder : messages.loadNewer;
  return (
    <div className="pointer-events-none absolute inset-x-0 top-2 flex justify-center">
      <div className="pointer-events-auto flex items-center gap-2 rounded-full bg-raised px-3 py-1 text-second text-ink-2 shadow-float">
        {error === null ? 'Loading earlier messages…' : 'More messages could not be loaded.'}
        {error?.retryable ? (
          <Button kind="plain" className="h-7 px-2" onClick={() => void retry()}>
            Try again
          </Button>
        ) : null}
      </div>
    </div>
  );
}

interface KeyActions {
  reveal: (index: number, then: (element: HTMLElement) => void) => void;
  onEscape: () => void;
}

/** Arrows move from row to row; Enter moves into a row, Escape out of it and then to the composer. */
function onListKey(event: KeyboardEvent<HTMLElement>, count: number, { reveal, onEscape }: KeyActions): void {
  const target = event.target as HTMLElement;
  const row = target.closest<HTMLElement>('[data-index]');
  if (!row || hasModifier(event)) return;
  const inside = target !== row;
  const at = Number(row.dataset.index);
  const steps: Record<string, number> = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: count - 1 };
  const to = steps[event.key];
  if (event.key === 'Escape') {
    event.preventDefault();
    if (inside) row.focus();
    else onEscape();
  } else if (event.key === 'Enter' && !inside) {
    // Else the same key would press what has the focus now.
    event.preventDefault();
    row.querySelector<HTMLElement>('a, button, pre')?.focus();
  } else if (to !== undefined && !inside) {
    event.preventDefault();
    if (to >= 0 && to < count) reveal(to, focusFrom(row));
  }
}

/** Moves the focus on from a row, unless it has gone elsewhere before the next row was drawn. */
function focusFrom(row: HTMLElement): (next: HTMLElement) => void {
  return (next) => {
    const { activeElement, body } = document;
    if (activeElement === row || activeElement === body) next.focus({ preventScroll: true });
  };
}

/** The seq of the row at this index, or of the nearest stored one above it: pending rows have none. */
function lastSeqUpTo(rows: readonly Row[], index: number): number {
  for (let at = index; at >= 0; at -= 1) {
    const seq = rows[at]?.message?.seq;
    if (seq !== undefined) return seq;
  }
  return 0;
}
