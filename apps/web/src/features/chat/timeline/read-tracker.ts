/** How long a row has to be in view before it counts as read. */
const DWELL_MS = 300;

interface Eyes {
  /** The seq of the lowest row in view, 0 for none. */
  seen: () => number;
  /** Whether the reader can be looking. */
  watching: () => boolean;
  /** Moves the read mark. Called only with more than it was called with before. */
  mark: (seq: number) => void;
}

export interface ReadTracker {
  /** Something in view may have changed. */
  look: () => void;
  stop: () => void;
}

/** Decides what counts as read: rows that were in view for a moment while the reader could be looking. */
export function createReadTracker({ seen, watching, mark }: Eyes): ReadTracker {
  let candidate = 0;
  let reached = 0;
  let dwell: ReturnType<typeof setTimeout> | undefined;

  function look(): void {
    if (dwell !== undefined || !watching()) return;
    candidate = seen();
    dwell = setTimeout(confirm, DWELL_MS);
  }

  function confirm(): void {
    dwell = undefined;
    if (!watching()) return;
    const now = seen();
    const read = Math.min(candidate, now);
    if (read > reached) {
      reached = read;
      mark(read);
    }
    if (now > candidate) look();
  }

  return { look, stop: () => clearTimeout(dwell) };
}
