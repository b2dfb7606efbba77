import type { SearchHit, UserView } from '@parley/protocol';
import { useIsBlocked } from '@parley/react';
import { Link } from 'wouter';
import { useToday } from '../../hooks/use-today.js';
import { PersonAvatar } from '../../ui/avatar.js';
import { fullTime, listTime } from '../../ui/dates.js';
import { BLOCKED_WORDS } from '../people/blocked-words.js';
import { partAround } from './part-around.js';

interface SearchHitRowProps {
  hit: SearchHit;
  sender: UserView;
  /** Where the message stands in its history. */
  href: string;
  /** Set where the address is that of the message already. */
  onReopen: (() => void) | undefined;
}

/** One message that was found: who, when, and what of it matched. */
export function SearchHitRow({ hit: { message, segments }, sender, href, onReopen }: SearchHitRowProps) {
  const today = useToday();
  const isBlocked = useIsBlocked(message.senderId);
  const at = new Date(message.createdAt);
  return (
    <li>
      <Link
        href={href}
        replace={onReopen !== undefined}
        onClick={onReopen}
        data-testid="search-hit"
        data-seq={message.seq}
        className="flex gap-3 rounded-row px-2.5 py-2 hover:bg-hover focus-visible:outline-offset-[-2px]"
      >
        <PersonAvatar user={sender} size={32} />
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline justify-between gap-2">
            <span dir="auto" className="people-line truncate text-second font-strong">
              {sender.displayName}
            </span>
            <time
              dateTime={message.createdAt}
              title={fullTime(at)}
              className="flex-none text-meta text-ink-3 tabular-nums"
            >
              {listTime(at, today)}
            </time>
          </span>
          <span dir="auto" className="search-text line-clamp-3 text-second text-ink-2">
            {isBlocked ? <em>{BLOCKED_WORDS}</em> : <Found segments={segments} />}
          </span>
        </span>
      </Link>
    </li>
  );
}

function Found({ segments }: Pick<SearchHit, 'segments'>) {
  return partAround(segments).map(({ text, match }, index) => (match ? <mark key={index}>{text}</mark> : text));
}
