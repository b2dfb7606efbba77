import { useEffect, useState } from 'react';
import { useChat } from '../features/chat/chat.store.js';
import { useSocket } from '../hooks/use-socket.js';

/** Shorter breaks are not worth a word. */
const PATIENCE_MS = 1_000;

/** Says that the connection is lost, and what becomes of what is written meanwhile. */
export function ConnectionBanner() {
  const { connection, retryNow } = useSocket();
  const waiting = useChat((state) =>
    Object.values(state.byId).reduce(
      (sum, { outbox }) => sum + outbox.filter((entry) => entry.state === 'pending').length,
      0,
    ),
  );
  const away = connection.status === 'offline' || connection.status === 'connecting';
  const shown = useDelayed(away, connection.since + PATIENCE_MS);
  return (
    <output className="col-span-full block">
      {shown ? (
        <span
          data-testid="conn-banner"
          className="flex flex-wrap items-center justify-center gap-x-3 border-b border-line bg-signal-wash px-4 py-1.5 text-second text-ink"
        >
          <span>
            <b className="font-strong text-signal-text">Offline.</b> {wordsOf(waiting)}
          </span>
          <button
            type="button"
            onClick={retryNow}
            className="rounded-inline px-1 py-0.5 font-medium text-accent underline-offset-2 hover:underline"
          >
            Try now
          </button>
        </span>
      ) : null}
    </output>
  );
}

function wordsOf(waiting: number): string {
  if (waiting === 0) return 'Reconnecting…';
  return `${waiting === 1 ? 'One message' : `${waiting} messages`} will be sent once you are back.`;
}

/** True from `at` on for as long as `on` holds. */
function useDelayed(on: boolean, at: number): boolean {
  const [due, setDue] = useState(false);
  useEffect(() => {
    if (!on) {
      setDue(false);
      return;
    }
    const timer = setTimeout(() => setDue(true), Math.max(0, at - Date.now()));
    return () => clearTimeout(timer);
  }, [on, at]);
  return on && due;
}
