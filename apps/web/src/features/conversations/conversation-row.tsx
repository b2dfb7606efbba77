import type { ConversationListItem } from '@parley/protocol';
import { useIsBlocked, usePeople, useTypists } from '@parley/react';
import { BellOff } from 'lucide-react';
import { memo } from 'react';
import { Link } from 'wouter';
import { useSettings } from '../../hooks/own-settings.store.js';
import { useFocusedWindow } from '../../hooks/use-focused-window.js';
import { useToday } from '../../hooks/use-today.js';
import { Avatar } from '../../ui/avatar.js';
import { classes } from '../../ui/classes.js';
import { fullTime, listTime } from '../../ui/dates.js';
import { Isolated, isolate } from '../../ui/isolated.js';
import { PresenceDot } from '../../ui/presence-dot.js';
import { useChosen } from '../attachments/chosen-files.store.js';
import { useDraft } from '../chat/composer/drafts.store.js';
import { typingSentence } from '../chat/composer/typing-sentence.js';
import { titleOf } from '../chat/conversation-title.js';
import { firstName, nameOf } from '../people/names.js';
import type { PresenceMark } from '../people/presence.js';
import { badgeText } from './badge.js';
import { previewOf } from './preview.js';

interface ConversationRowProps {
  item: ConversationListItem;
  me: string;
  mark: PresenceMark;
  selected: boolean;
  /** Whether Tab stops at this row. */
  tabStop: boolean;
  onFocus: (id: string) => void;
}

export const ConversationRow = memo(function ConversationRow(props: ConversationRowProps) {
  const { item, me, mark, selected, tabStop, onFocus } = props;
  const watching = useFocusedWindow();
  const title = titleOf(item);
  // The reader sees the open conversation: a badge would only flicker.
  const badge = selected && watching ? null : badgeText(item.unreadCount);
  const { notifications, unreadSeq } = useSettings(item);
  const isMarked = badge === null && unreadSeq !== null;
  return (
    <li>
      <Link
        href={`/c/${item.id}`}
        aria-current={selected ? 'page' : undefined}
        tabIndex={tabStop ? 0 : -1}
        data-roving={title}
        data-testid="conversation-row"
        data-conversation-id={item.id}
        onFocus={() => onFocus(item.id)}
        className={classes(
          'mb-0.5 grid grid-cols-[40px_minmax(0,1fr)] items-center gap-x-3 rounded-row px-2.5 py-2',
          'focus-visible:outline-offset-[-2px]',
          selected ? 'bg-accent-wash' : 'hover:bg-hover',
        )}
      >
        <PresenceDot mark={mark}>
          <Avatar id={item.peer?.id ?? item.id} name={title} url={item.peer?.avatarUrl} size={40} />
        </PresenceDot>
        <span className="min-w-0">
          <TitleLine
            item={item}
            title={title}
            isUnread={isMarked || (badge !== null && notifications === 'all')}
            isMuted={notifications !== 'all'}
            mark={mark}
          />
          <span className="flex items-center justify-between gap-2">
            <span
              dir="auto"
              className={classes('people-line min-w-0 truncate text-second', badge ? 'text-ink' : 'text-ink-3')}
            >
              <Preview item={item} me={me} selected={selected} />
            </span>
            {isMarked ? <UnreadMark /> : null}
            <Badges
              unread={badge}
              mentions={badge && notifications !== 'none' ? item.mentionCount : 0}
              isMuted={notifications !== 'all'}
            />
          </span>
        </span>
      </Link>
    </li>
  );
});

interface TitleLineProps {
  item: ConversationListItem;
  title: string;
  isUnread: boolean;
  isMuted: boolean;
  mark: PresenceMark;
}

function TitleLine({ item, title, isUnread, isMuted, mark }: TitleLineProps) {
  const today = useToday();
  const at = new Date(item.updatedAt);
  return (
    <span className="flex items-baseline justify-between gap-2">
      <span dir="auto" className={classes('people-line truncate text-body', isUnread ? 'font-strong' : 'font-medium')}>
        {title}
        {mark ? <span className="sr-only">, {mark}</span> : null}
        {isMuted ? (
          <>
            <BellOff size={13} strokeWidth={1.8} aria-hidden="true" className="ms-1.5 inline text-ink-3" />
            <span className="sr-only">, muted</span>
          </>
        ) : null}
      </span>
      <time
        dateTime={item.updatedAt}
        title={fullTime(at)}
        className={classes(
          'flex-none text-meta tabular-nums',
          isUnread ? 'font-medium text-signal-text' : 'text-ink-3',
        )}
      >
        {listTime(at, today)}
      </time>
    </span>
  );
}

/** Who is typing, else my draft or the last message. */
function Preview({ item, me, selected }: Pick<ConversationRowProps, 'item' | 'me' | 'selected'>) {
  const people = usePeople();
  const { text } = useDraft(item.id);
  const { files } = useChosen(item.id);
  const typists = useTypists(item.id);
  const isBlocked = useIsBlocked(item.lastMessage?.senderId ?? null);
  const draft = selected ? '' : text.trim() || countOf(files);
  if (typists.count > 0) {
    const names = typists.userIds.map((id) => isolate(firstName(nameOf(people, id))));
    return (
      <span data-testid="row-typing" className="text-accent">
        <Isolated text={`${typingSentence(names, typists.count)}…`} />
      </span>
    );
  }
  if (draft === '') return <Isolated text={previewOf(item, { me, nameOf: (id) => nameOf(people, id), isBlocked })} />;
  return (
    <span className="text-signal-text">
      Draft: <bdi>{draft}</bdi>
    </span>
  );
}

function countOf({ length }: readonly unknown[]): string {
  if (length === 0) return '';
  return length === 1 ? '1 file' : `${length} files`;
}

interface BadgesProps {
  /** The text of the badge; null: none. */
  unread: string | null;
  mentions: number;
  /** Then the number is there, but quiet. */
  isMuted: boolean;
}

/** I have marked it as unread. */
function UnreadMark() {
  return (
    <span data-testid="unread-mark" className="flex-none">
      <span aria-hidden="true" className="block size-2.5 rounded-full bg-signal" />
      <span className="sr-only">Marked as unread</span>
    </span>
  );
}

/** How many messages are unread, and whether some mention me. */
function Badges({ unread, mentions, isMuted }: BadgesProps) {
  if (unread === null) return null;
  return (
    <span className="flex flex-none items-center gap-1">
      {mentions > 0 ? (
        <span
          data-testid="mention-badge"
          className="inline-flex size-[18px] items-center justify-center rounded-full bg-signal text-[11px] leading-none font-strong text-signal-ink"
        >
          <span aria-hidden="true">@</span>
          <span className="sr-only">{mentions === 1 ? 'One mention,' : `${mentions} mentions,`}</span>
        </span>
      ) : null}
      <span
        data-testid="unread-badge"
        className={classes(
          'inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-full px-1.5 text-[11px] leading-none font-strong tabular-nums',
          isMuted ? 'border border-edge text-ink-2' : 'bg-signal text-signal-ink',
        )}
      >
        {unread}
      </span>
      <span className="sr-only">unread</span>
    </span>
  );
}
