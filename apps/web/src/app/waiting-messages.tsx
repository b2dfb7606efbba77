import { indexedDbStorage, type OutboxEntry } from '@parley/client';
import { useEffect, useState } from 'react';
import { outboxName } from '../api/outbox-name.js';
import { Isolated } from '../ui/isolated.js';

/** What was written on this device and waits to be sent, while the server cannot be asked for the rest. */
export function WaitingMessages({ userId }: { userId: string }) {
  const [entries, setEntries] = useState<OutboxEntry[]>([]);
  useEffect(() => {
    let isOver = false;
    indexedDbStorage(outboxName(userId))
      .load()
      .then(
        (all) => {
          if (!isOver) setEntries(all.filter(({ senderId = userId }) => senderId === userId));
        },
        () => undefined,
      );
    return () => {
      isOver = true;
    };
  }, [userId]);
  if (entries.length === 0) return null;
  return (
    <section aria-label="Messages that wait" className="mx-auto mt-4 w-[min(420px,calc(100vw-40px))] text-start">
      <h2 className="pb-1 text-second font-strong">
        {entries.length === 1 ? '1 message waits' : `${entries.length} messages wait`} to be sent
      </h2>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, and has nothing else that takes the focus */}
      <ul tabIndex={0} className="max-h-[40vh] overflow-y-auto rounded-row border border-line">
        {entries.map(({ clientMessageId, content, attachments = [] }) => (
          <li
            key={clientMessageId}
            data-testid="waiting-message"
            dir="auto"
            className="border-b border-line px-3 py-2 text-body last:border-0"
          >
            <Isolated text={content || filesOf(attachments.length)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function filesOf(count: number): string {
  return count === 1 ? '1 file' : `${count} files`;
}
