import type { Message } from '@parley/protocol';
import { usePeople } from '@parley/react';
import { Reply, X } from 'lucide-react';
import { IconButton } from '../../../ui/button.js';
import { Isolated, isolate } from '../../../ui/isolated.js';
import { nameOf } from '../../people/names.js';
import { QuotedWords } from '../message/message-quote.js';
import { messageWords } from '../message/message-words.js';

interface ReplyBarProps {
  /** The message that is answered; null while it is not loaded. */
  target: Message | null;
  me: string;
  onCancel: () => void;
}

const LONGEST = 160;

/** The message that the next one answers, above the composer's text. */
export function ReplyBar({ target, me, onCancel }: ReplyBarProps) {
  const people = usePeople();
  return (
    <div
      data-testid="reply-bar"
      className="flex min-w-0 items-center gap-2 border-b border-line ps-3.5 pe-1 text-second"
    >
      <Reply size={15} strokeWidth={1.6} className="flex-none text-accent" aria-hidden="true" />
      <span className="flex min-w-0 flex-1 items-baseline gap-2">
        <b className="max-w-[60%] flex-none truncate font-medium">
          <Isolated text={titleOf(target, me, people)} />
        </b>
        <span className="flex min-w-0 text-ink-2">
          {target ? (
            <QuotedWords senderId={target.senderId} words={target.isDeleted ? null : messageWords(target, LONGEST)} />
          ) : null}
        </span>
      </span>
      <IconButton label="Do not reply" className="size-8" onClick={onCancel}>
        <X size={15} strokeWidth={1.8} />
      </IconButton>
    </div>
  );
}

function titleOf(target: Message | null, me: string, people: ReturnType<typeof usePeople>): string {
  if (target === null) return 'Reply';
  return `Reply to ${target.senderId === me ? 'yourself' : isolate(nameOf(people, target.senderId))}`;
}
