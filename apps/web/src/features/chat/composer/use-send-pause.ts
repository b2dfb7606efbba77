import { useSending } from '@parley/react';
import { useEffect, useState } from 'react';

const TICK_MS = 250;

/** Seconds that the server asked my sends to wait. */
export function useSendPause(): number {
  const { pausedUntil } = useSending();
  const [now, setNow] = useState(0);
  useEffect(() => {
    if (pausedUntil <= Date.now()) return;
    setNow(Date.now());
    const timer = setInterval(() => {
      setNow(Date.now());
      if (Date.now() >= pausedUntil) clearInterval(timer);
    }, TICK_MS);
    return () => clearInterval(timer);
  }, [pausedUntil]);
  return now === 0 ? 0 : Math.max(0, Math.ceil((pausedUntil - now) / 1000));
}
