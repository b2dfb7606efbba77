import { useEffect, useState } from 'react';

const DAY_MS = 86_400_000;

/** A time of the present day; changes after midnight, so that "Today" becomes "Yesterday". */
export function useToday(): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, 0, 0, 1);
    const timer = setTimeout(() => setNow(new Date()), Math.min(DAY_MS, midnight.getTime() - Date.now()));
    return () => clearTimeout(timer);
  }, [now]);
  return now;
}
