import type { ReplyPreview } from '@parley/protocol';
import { useIsBlocked, usePeople } from '@parley/react';
import { Reply } from 'lucide-react';
import { BLOCKED_WORDS } from '../../people/blocked-words.js';
import { nameOf } from '../../people/names.js';
import { useMessageActions } from './message-actions.js';
import { plainText, WITHOUT_WORDS } from './plain-text.js';

interface MessageQuoteProps {
  quoted: ReplyPreview;
  /** Whether Tab stops at it. */
  tabStop: boolean;
}

const LONGEST = 160;

/** The quoted message in one line above the reply; a click jumps to it. */
export function MessageQuote({ quoted, tabStop }: MessageQuoteProps) {
  const { jumpTo } = useMessageActions();
  const people = usePeople();
  const name = nameOf(people, quoted.senderId);
  return (
    <button
      type="button"
      data-testid="quote"
      className="message-quote"
      tabIndex={tabStop ? 0 : -1}
      onClick={() => jumpTo(quoted.seq)}
    >
      <Reply size={13} strokeWidth={1.8} className="flex-none text-ink-3" aria-hidden="true" />
      <span className="sr-only">Answers</span>
      <b className="flex-none" dir="auto">
        {name}
      </b>
      <QuotedWords
        senderId={quoted.senderId}
        words={quoted.excerpt === '' ? null : plainText(quoted.excerpt, LONGEST)}
      />
    </button>
  );
}

/** The quoted text, folded like the message itself; null: the quoted message was deleted. */
export function QuotedWords({ senderId, words }: { senderId: string; words: string | null }) {
  const isBlocked = useIsBlocked(senderId);
  if (words === null) return <em className="truncate">Deleted message</em>;
  if (isBlocked) return <em className="truncate">{BLOCKED_WORDS}</em>;
  if (words === '') return <em className="truncate">{WITHOUT_WORDS}</em>;
  return (
    <span className="truncate" dir="auto">
      {words}
    </span>
  );
}
