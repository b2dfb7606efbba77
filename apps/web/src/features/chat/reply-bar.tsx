import { Reply, X } from 'lucide-react';
import { IconButton } from '../../ui/button.js';
import { nameOf, usePeople } from '../people/people.store.js';
import type { ReplyTarget } from './message-actions.js';
import { QuotedWords } from './message-quote.js';

interface ReplyBarProps {
  target: ReplyTarget;
  me: string;
  onCancel: () => void;
}

/** Above the composer's text: what the next message answers. */
export function ReplyBar({ target, me, onCancel }: ReplyBarProps) {
  const people = usePeople();
  const name = target.senderId === me ? 'yourself' : nameOf(people, target.senderId);
  return (
    <div
      data-testid="reply-bar"
      className="flex min-w-0 items-center gap-2 border-b border-line pl-3.5 pr-1 text-second"
    >
      <Reply size={15} strokeWidth={1.6} className="flex-none text-accent" aria-hidden="true" />
      <span className="flex min-w-0 flex-1 items-baseline gap-2">
        <b className="flex-none font-medium">Reply to {name}</b>
        <span className="flex min-w-0 text-ink-2">
          <QuotedWords quoted={target} />
        </span>
      </span>
      <IconButton label="Do not reply" className="size-8" onClick={onCancel}>
        <X size={15} strokeWidth={1.8} />
      </IconButton>
    </div>
  );
}
