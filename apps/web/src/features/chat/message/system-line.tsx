import { useState } from 'react';
import { Isolated } from '../../../ui/isolated.js';
import { MessageTime } from './message-time.js';
import type { MessageRowProps } from './row-props.js';

interface SystemLineProps extends Pick<MessageRowProps, 'row' | 'earlier' | 'tabStop'> {
  id: string;
  sentence: string;
}

/** One quiet line for what the system says; what it said right before opens above it. */
export function SystemLine({ id, row, sentence, earlier, tabStop }: SystemLineProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="message-note">
      <span id={`${id}-who`} className="sr-only">
        Notice,
      </span>
      {isOpen ? <Earlier id={`${id}-earlier`} row={row} earlier={earlier} /> : null}
      <p id={`${id}-body`}>
        <Isolated text={sentence} /> · <MessageTime iso={row.createdAt} className="tabular-nums" />
        {earlier.length > 0 ? (
          <>
            {' · '}
            <button
              type="button"
              tabIndex={tabStop ? 0 : -1}
              aria-expanded={isOpen}
              aria-controls={isOpen ? `${id}-earlier` : undefined}
              onClick={() => setOpen(!isOpen)}
              className="min-h-6 rounded-inline px-1 font-medium text-ink-2 underline-offset-2 hover:underline max-[720px]:min-h-11"
            >
              {isOpen ? 'Show less' : `${earlier.length} earlier changes`}
            </button>
          </>
        ) : null}
      </p>
    </div>
  );
}

function Earlier({ id, row, earlier }: Pick<SystemLineProps, 'id' | 'row' | 'earlier'>) {
  return (
    <ul id={id}>
      {row.folded.map(({ id: messageId, createdAt }, index) => (
        <li key={messageId}>
          <Isolated text={earlier[index] ?? ''} /> · <MessageTime iso={createdAt} className="tabular-nums" />
        </li>
      ))}
    </ul>
  );
}
