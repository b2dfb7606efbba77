import { useState } from 'react';

/** The latest value that was not null: what is gone stays on the screen as it last was. */
export function useKept<T>(value: T | null): T | null {
  const [kept, setKept] = useState(value);
  if (value !== null && value !== kept) setKept(value);
  return value ?? kept;
}
