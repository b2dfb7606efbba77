import { may } from '@parley/protocol';
import { useChatClient } from '@parley/react';
import { type ReactNode, type RefObject, useState } from 'react';
import { sentenceFor } from '../../../api/sentences.js';
import { useToday } from '../../../hooks/use-today.js';
import { Button } from '../../../ui/button.js';
import { momentTime } from '../../../ui/dates.js';
import type { OpenConversation } from '../open-conversation.js';
import type { Draft } from './drafts.store.js';
import { MessageInput } from './message-input.js';

interface ComposerProps {
  open: OpenConversation;
  title: string;
  /** Until when I may not write; null where I may. */
  silencedUntil: string | null;
  inputRef: RefObject<HTMLTextAreaElement | null>;
  onSend: (draft: Draft, files: readonly File[]) => void;
}

/** The field to write in, or the reason why there is none. */
export function Composer({ open, title, silencedUntil, inputRef, onSend }: ComposerProps) {
  const client = useChatClient();
  const [error, setError] = useState<string | null>(null);
  const { view, gone } = open;
  if (gone === 'removed')
    return <Sentence>You were removed from this conversation. You can no longer write here.</Sentence>;
  if (gone === 'left') return <Sentence>You left this conversation.</Sentence>;
  if (silencedUntil !== null && !view.isArchived) return <Silenced until={silencedUntil} />;
  if (may('send', view)) return <MessageInput open={open} title={title} inputRef={inputRef} onSend={onSend} />;
  return (
    <Sentence
      action={
        may('archive', view) ? (
          <Button
            className="h-8"
            onClick={() => {
              setError(null);
              client.archive(view.id, false).catch((thrown) => setError(sentenceFor(thrown)));
            }}
          >
            Take out of the archive
          </Button>
        ) : null
      }
    >
      {error ?? 'This conversation is archived: it can be read, but nobody can write in it.'}
    </Sentence>
  );
}

function Silenced({ until }: { until: string }) {
  const today = useToday();
  return (
    <Sentence>
      You may not write in this group until <time dateTime={until}>{momentTime(new Date(until), today)}</time>. You can
      still read everything.
    </Sentence>
  );
}

function Sentence({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div className="beside-timeline flex-none px-5 pt-1 pb-4 max-[720px]:px-2 max-[720px]:pb-2">
      <div
        data-testid="composer-closed"
        className="mx-auto flex max-w-[828px] flex-wrap items-center justify-between gap-2 rounded-sheet border border-line bg-wash px-4 py-2.5 text-body text-ink-2"
      >
        <output>{children}</output>
        {action}
      </div>
    </div>
  );
}
