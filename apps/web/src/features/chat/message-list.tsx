import type { UserView } from '@parley/protocol';
import { ArrowDown } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useCallback, useMemo, useRef, useState } from 'react';
import { Button } from '../../ui/button.js';
import { nameOf, usePeople } from '../people/people.store.js';
import { loadOlder } from './chat-loader.js';
import type { ConversationState } from './conversation-state.js';
import { MessageRow } from './message-row.js';
import type { FindMention } from './message-text.js';
import { discard, sendAgain } from './outbox.js';
import { headsBySeq, othersOf, reachOf } from './receipts.js';
import { type Row, rowsOf } from './rows.js';
import { systemSentence } from './system-sentence.js';
import { useReadMarks } from './use-read-marks.js';
import { useTimelineScroll } from './use-timeline-scroll.js';
import { useToday } from './use-today.js';

interface MessageListProps {
  state: ConversationState;
  me: string;
  title: string;
  newFrom: number | null;
  /** Stands above the first message of all. */
  start: ReactNode;
  /** Escape on a row: back to writing. */
  onEscape: () => void;
}

const NOBODY: never[] = [];

/** The messages of one conversation, drawn as far as they are in view. */
export function MessageList({ state, me, title, newFrom, start, onEscape }: MessageListProps) {
  const { id } = state.item;
  const scroller = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const people = usePeople();
  const rows = useRows(state, me, newFrom);
  const timeline = useTimelineScroll({
    scroller,
    rows,
    startAt: rows.findIndex((row) => row.fresh),
    focusedKey: focused,
    // After a failure only the button asks again.
    onNearTop: () => {
      if (state.timeline.older === 'idle') void loadOlder(id);
    },
  });
  const seen = () => rows[timeline.lowestVisible()]?.message?.seq ?? lastSeqUpTo(rows, timeline.lowestVisible());
  const glance = useReadMarks(id, rows, seen);
  const arrived = useArrivals(rows, me, timeline.pinned);
  const describe = useDescriber(state, me);
  const stop = rows.some((row) => row.key === focused) ? focused : (rows.at(-1)?.key ?? null);
  const retry = useCallback((clientId: string) => sendAgain(id, clientId), [id]);
  const drop = useCallback((clientId: string) => discard(id, clientId), [id]);

  return (
    <div className="relative min-h-0 flex-1">
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the feed pattern: arrows lead from article to article */}
      <div
        ref={scroller}
        role="feed"
        aria-label={`Messages in ${title}`}
        aria-busy={state.timeline.older === 'loading' || state.timeline.status === 'loading'}
        className="timeline flex h-full flex-col"
        onScroll={glance}
        onKeyDown={(event) => onListKey(event, rows.length, { reveal: timeline.reveal, onEscape })}
      >
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
                tabStop={row.key === stop}
                measure={timeline.measure}
                onFocus={setFocused}
                onRetry={retry}
                onDiscard={drop}
                start={row.start ? start : null}
                {...describe(row, people)}
              />
            );
          })}
        </div>
      </div>
      <OlderNotice state={state} />
      {timeline.pinned ? null : <JumpPill arrived={arrived} onJump={timeline.toEnd} />}
    </div>
  );
}

function useRows(state: ConversationState, me: string, newFrom: number | null): Row[] {
  const now = useToday();
  const { timeline, outbox, members } = state;
  const reach = useMemo(() => reachOf(othersOf(members, me)), [members, me]);
  return useMemo(
    () => rowsOf(timeline, outbox, { me, reach, newFrom, now }),
    [timeline, outbox, me, reach, newFrom, now],
  );
}

/** How a row is told: who sent it, what a notice says, who has read it. */
function useDescriber(state: ConversationState, me: string) {
  const people = usePeople();
  const { members, item } = state;
  const others = useMemo(() => othersOf(members, me), [members, me]);
  const heads = useMemo(() => headsBySeq(others), [others]);
  const find = useFindMention(members, me);
  return (row: Row, known: Record<string, UserView>) => {
    const seq = row.message?.seq ?? Number.POSITIVE_INFINITY;
    const resting = heads.get(seq)?.filter((id) => id !== row.senderId) ?? NOBODY;
    const readers = row.receipt === null ? NOBODY : others.filter((other) => other.lastReadSeq >= seq);
    return {
      sender: known[row.senderId] ?? unknown(row.senderId),
      mine: row.senderId === me,
      sentence: row.message?.type === 'system' ? systemSentence(row.message, me, (id) => nameOf(people, id)) : null,
      heads: resting.flatMap((id) => known[id] ?? []),
      readers: item.type === 'group' ? readers.map((reader) => reader.user.displayName) : NOBODY,
      find,
    };
  };
}

/** Only members are mentioned. Made anew when they change, not when they read: every row hangs on it. */
function useFindMention(members: ConversationState['members'], me: string): FindMention {
  const names = Object.values(members ?? {})
    .filter((member) => member.leftAt === null)
    .map((member) => (member.user.id === me ? `!${member.user.username}` : member.user.username))
    .join(' ')
    .toLowerCase();
  return useMemo(() => {
    const known = new Set(names.split(' '));
    return (usernames) => {
      const found = usernames.find((name) => known.has(name) || known.has(`!${name}`));
      return found === undefined ? null : known.has(found) ? 'other' : 'me';
    };
  }, [names]);
}

/** How many messages of others arrived since the reader scrolled away from the end. */
function useArrivals(rows: readonly Row[], me: string, pinned: boolean): number {
  const last = rows.findLast((row) => row.message)?.message?.seq ?? 0;
  const [left, setLeft] = useState(last);
  if (pinned && left !== last) setLeft(last);
  if (pinned) return 0;
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

/** Lies over the list: it must not move what is read. */
function OlderNotice({ state }: { state: ConversationState }) {
  const { older } = state.timeline;
  if (older === 'idle') return null;
  return (
    <div className="pointer-events-none absolute inset-x-0 top-2 flex justify-center">
      <div className="pointer-events-auto flex items-center gap-2 rounded-full bg-raised px-3 py-1 text-second text-ink-2 shadow-float">
        {older === 'loading' ? 'Loading earlier messages…' : 'Earlier messages could not be loaded.'}
        {older === 'failed' ? (
          <Button kind="plain" className="h-7 px-2" onClick={() => void loadOlder(state.item.id)}>
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

/** Arrows go from row to row; Enter goes into a row, Escape out of it and then back to writing. */
function onListKey(event: KeyboardEvent<HTMLElement>, count: number, { reveal, onEscape }: KeyActions): void {
  const target = event.target as HTMLElement;
  const row = target.closest<HTMLElement>('[data-index]');
  if (!row) return;
  const inside = target !== row;
  const at = Number(row.dataset.index);
  const steps: Record<string, number> = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: count - 1 };
  const to = steps[event.key];
  if (event.key === 'Escape') {
    event.preventDefault();
    if (inside) row.focus();
    else onEscape();
  } else if (event.key === 'Enter' && !inside) {
    row.querySelector<HTMLElement>('a, button, pre')?.focus();
  } else if (to !== undefined && !inside) {
    event.preventDefault();
    if (to >= 0 && to < count) reveal(to, (element) => element.focus({ preventScroll: true }));
  }
}

/** The rows below the last stored one are not stored yet: what was seen ends above them. */
function lastSeqUpTo(rows: readonly Row[], index: number): number {
  for (let at = index; at >= 0; at -= 1) {
    const seq = rows[at]?.message?.seq;
    if (seq !== undefined) return seq;
  }
  return 0;
}

function unknown(id: string): UserView {
  return { id, username: '', displayName: 'Someone', avatarUrl: null, isBot: false };
}
