import { useState } from 'react';

/** The latest value that was not null, so that what is removed can still be shown. */
export function useKept<T>(value: T | null): T | null {
  const [kept, setKept] = useState(value);
  if (value !== null && value !== kept) setKept(value);
  return value ?? kept;
}
