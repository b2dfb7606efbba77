import { type ReactNode, type RefObject, useState } from 'react';
import { sentenceFor } from '../../api/sentences.js';
import { Button } from '../../ui/button.js';
import { setArchived } from './conversation-commands.js';
import type { ConversationState } from './conversation-state.js';
import { MessageInput } from './message-input.js';
import { canArchive } from './permissions.js';

interface ComposerProps {
  state: ConversationState;
  title: string;
  inputRef: RefObject<HTMLTextAreaElement | null>;
}

/** Where one writes, or the sentence why one cannot. */
export function Composer({ state, title, inputRef }: ComposerProps) {
  const [error, setError] = useState<string | null>(null);
  const { item, gone } = state;
  if (gone === 'removed')
    return <Sentence>You were removed from this conversation. You can no longer write here.</Sentence>;
  if (gone === 'left') return <Sentence>You left this conversation.</Sentence>;
  if (!item.isArchived) return <MessageInput conversationId={item.id} title={title} inputRef={inputRef} />;
  return (
    <Sentence
      action={
        canArchive(item) ? (
          <Button
            className="h-8"
            onClick={() => {
              setArchived(item.id, false).catch((thrown) => setError(sentenceFor(thrown)));
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
