import { useChatClient } from '@parley/react';
import { useEffect, useState } from 'react';

const DAY_MS = 86_400_000;

/** The server's time, for the reader's time zone. Updated after midnight, so that "Today" becomes "Yesterday". */
export function useToday(): Date {
  const client = useChatClient();
  const [now, setNow] = useState(() => new Date(client.serverNow()));
  useEffect(() => {
    const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, 0, 0, 1);
    const look = () => setNow(new Date(client.serverNow()));
    const timer = setTimeout(look, Math.min(DAY_MS, Math.max(0, midnight.getTime() - client.serverNow())));
    // The server's clock is known from the first connection on, and each one corrects it.
    const stop = client.connection.subscribe(() => {
      const { state } = client.connection.getSnapshot();
      if (state === 'online' && isOtherDay(now, new Date(client.serverNow()))) look();
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [client, now]);
  return now;
}

function isOtherDay(a: Date, b: Date): boolean {
  return a.toDateString() !== b.toDateString();
}
