import type { MessagesSnapshot } from '@parley/client';
import type { ReplyPreview } from '@parley/protocol';
import { useChatClient, useIsBlocked, usePeople, useSelected } from '@parley/react';
import { Reply } from 'lucide-react';
import { BLOCKED_WORDS } from '../../people/blocked-words.js';
import { nameOf } from '../../people/names.js';
import { useConversationFacts, useMessageActions } from './message-actions.js';
import { messageWords } from './message-words.js';
import { plainText, WITHOUT_WORDS } from './plain-text.js';
import { useQuotedMessage } from './use-quoted-message.js';

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
      {quoted.excerpt === '' ? (
        <WithoutExcerpt quoted={quoted} />
      ) : (
        <QuotedWords senderId={quoted.senderId} words={plainText(quoted.excerpt, LONGEST)} />
      )}
    </button>
  );
}

/** A message that was deleted has no excerpt, and one that consists of files has none either: it is looked at itself. */
function WithoutExcerpt({ quoted: { id, senderId } }: Pick<MessageQuoteProps, 'quoted'>) {
  const { id: conversationId } = useConversationFacts();
  const items = useSelected(useChatClient().messages(conversationId), itemsOf);
  const message = useQuotedMessage(id, items);
  if (message === null) return null;
  return <QuotedWords senderId={senderId} words={message.isDeleted ? null : messageWords(message, LONGEST)} />;
}

function itemsOf({ items }: MessagesSnapshot): MessagesSnapshot['items'] {
  return items;
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
