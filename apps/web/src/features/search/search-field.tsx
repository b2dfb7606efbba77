import { LIMITS } from '@parley/protocol';
import { Search } from 'lucide-react';
import { useCallback, useEffect, useId, useRef, useState } from 'react';

const PAUSE_MS = 250;

interface SearchFieldProps {
  label: string;
  value: string;
  /** Called once the typing pauses, or at Enter. */
  onSearch: (query: string) => void;
}

/** A search field with the focus in it. */
export function SearchField({ label, value, onSearch }: SearchFieldProps) {
  const id = useId();
  const [text, setText] = useState(value);
  const reported = useRef(value);
  const latest = useRef(onSearch);
  useEffect(() => {
    latest.current = onSearch;
  });
  useEffect(() => {
    if (value !== reported.current) setText(value);
    reported.current = value;
  }, [value]);
  const search = useCallback((query: string) => {
    if (query === reported.current) return;
    reported.current = query;
    latest.current(query);
  }, []);
  useEffect(() => {
    const timer = setTimeout(search, PAUSE_MS, text);
    return () => clearTimeout(timer);
  }, [search, text]);

  return (
    <search>
      <form
        className="flex flex-none items-center gap-2 rounded-control border border-edge bg-raised px-2.5 focus-within:border-accent focus-within:ring-1 focus-within:ring-accent"
        onSubmit={(event) => {
          event.preventDefault();
          search(text);
        }}
      >
        <label htmlFor={id} className="sr-only">
          {label}
        </label>
        <Search size={16} strokeWidth={1.6} className="flex-none text-ink-3" aria-hidden="true" />
        <input
          id={id}
          type="search"
          dir="auto"
          autoFocus
          autoComplete="off"
          spellCheck={false}
          enterKeyHint="search"
          maxLength={LIMITS.searchLength}
          value={text}
          placeholder={label}
          onChange={(event) => setText(event.target.value)}
          className="h-9 min-w-0 flex-1 bg-transparent text-body outline-none placeholder:text-ink-3 max-[720px]:h-11 max-[720px]:text-[16px]"
        />
      </form>
    </search>
  );
}
