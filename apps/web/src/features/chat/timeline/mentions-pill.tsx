import { ArrowUp } from 'lucide-react';
import type { MentionsNotice } from './use-mentions-above.js';

/** Says how many unread mentions lie above, and leads to one after the other. */
export function MentionsPill({ count, go }: Pick<MentionsNotice, 'count' | 'go'>) {
  if (count === 0) return null;
  const words = count === 1 ? '1 mention' : `${count} mentions`;
  return (
    <button
      type="button"
      data-testid="mentions-above"
      onClick={() => void go()}
      className="absolute end-5 top-3 z-10 inline-flex h-8 items-center gap-1.5 rounded-full bg-raised px-3.5 text-second font-medium text-ink shadow-float hover:bg-hover max-[720px]:end-2 max-[720px]:h-11"
    >
      {words}
      <span className="sr-only"> above that you have not read</span>
      <ArrowUp size={15} strokeWidth={1.8} aria-hidden="true" className="text-signal-text" />
    </button>
  );
}
