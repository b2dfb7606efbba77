/** How long a row has to be in view before it counts as read. */
const DWELL_MS = 300;
/** At most one mark in this time. */
const PAUSE_MS = 1_000;

interface Eyes {
  /** The seq of the lowest row in view, 0 for none. */
  seen: () => number;
  /** Whether the reader can be looking. */
  watching: () => boolean;
  /** Moves the read mark; rejects where it could not. Called only with more than the mark is at. */
  mark: (seq: number) => Promise<void>;
  /** Where the mark is. */
  marked: () => number;
}

export interface ReadTracker {
  /** Something in view may have changed. */
  look: () => void;
  /** The reader turns away: what was read is marked at once. */
  flush: () => void;
  stop: () => void;
}

/**
 * Decides what counts as read: rows that were in view for a moment while the reader could be looking. Marks them at
 * most once a second, and what is left when the reader turns away.
 */
export function createReadTracker({ seen, watching, mark, marked }: Eyes): ReadTracker {
  let candidate = 0;
  let reached = 0;
  let asked = 0;
  let lastAt = 0;
  let dwell: ReturnType<typeof setTimeout> | undefined;
  let later: ReturnType<typeof setTimeout> | undefined;

  function look(): void {
    if (dwell !== undefined || !watching()) return;
    candidate = seen();
    dwell = setTimeout(confirm, DWELL_MS);
  }

  function confirm(): void {
    dwell = undefined;
    if (!watching()) return;
    const now = seen();
    reached = Math.max(reached, Math.min(candidate, now));
    if (now > candidate) look();
    later ??= setTimeout(flush, Math.max(0, lastAt + PAUSE_MS - Date.now()));
  }

  function flush(): void {
    clearTimeout(later);
    later = undefined;
    if (reached <= Math.max(asked, marked())) return;
    asked = reached;
    lastAt = Date.now();
    mark(reached).catch(() => {
      // Lost with the connection, say: the next look asks again.
      asked = 0;
    });
  }

  function stop(): void {
    clearTimeout(dwell);
    flush();
  }

  return { look, flush, stop };
}
