import { type RefObject, useEffect, useRef, useState } from 'react';
import { useToday } from '../../../hooks/use-today.js';
import { dayLabel } from '../../../ui/dates.js';
import type { Row } from '../message/row.js';
import { END_PX } from './kept-place.js';

/** How long it stays after the last scrolling. */
const SHOWN_MS = 1_500;

/** The day of the top message, over the list while it is scrolled. Screen readers have it in the rows. */
export function DayPill({ scroller, rows }: { scroller: RefObject<HTMLElement | null>; rows: readonly Row[] }) {
  const now = useToday();
  const [top, setTop] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    const view = scroller.current;
    const onScroll = () => {
      clearTimeout(timer.current);
      // There each new message scrolls it.
      if (!view || isAtEnd(view)) return setTop(null);
      timer.current = setTimeout(() => setTop(null), SHOWN_MS);
      const key = topOf(view);
      const row = rows.find(({ message }) => message?.clientMessageId === key);
      if (row) setTop(row.createdAt);
    };
    view?.addEventListener('scroll', onScroll, { passive: true });
    return () => view?.removeEventListener('scroll', onScroll);
  }, [scroller, rows]);
  if (top === null) return null;
  return (
    <div aria-hidden="true" className="pointer-events-none absolute inset-x-0 top-2 flex justify-center">
      <span data-testid="day-pill" className="rounded-full bg-raised px-3 py-1 text-meta text-ink-2 shadow-float">
        {dayLabel(new Date(top), now)}
      </span>
    </div>
  );
}

function isAtEnd({ scrollHeight, scrollTop, clientHeight }: HTMLElement): boolean {
  return scrollHeight - scrollTop - clientHeight <= END_PX;
}

/** The client id of the first message that reaches into the view. */
function topOf(view: HTMLElement): string | null {
  const top = view.getBoundingClientRect().top;
  for (const row of view.querySelectorAll<HTMLElement>('[data-client-id]')) {
    if (row.getBoundingClientRect().bottom > top) return row.dataset.clientId ?? null;
  }
  return null;
}
