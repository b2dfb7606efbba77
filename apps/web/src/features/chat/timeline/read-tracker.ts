/** How long a row has to be in view before it counts as read. */
const DWELL_MS = 300;

interface ReadTrackerOptions {
  /** The seq of the lowest row in view, 0 for none. */
  seen: () => number;
  /** Whether the reader can be looking. */
  watching: () => boolean;
  /** Moves the read marker. Called with rising values only. */
  moveMarker: (seq: number) => void;
}

export interface ReadTracker {
  /** To be called when the rows in view may have changed. */
  look: () => void;
  stop: () => void;
}

/** Rows count as read once they were in view for `DWELL_MS` while the reader could be looking. */
export function createReadTracker({ seen, watching, moveMarker }: ReadTrackerOptions): ReadTracker {
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
      moveMarker(read);
    }
    if (now > candidate) look();
  }

  return { look, stop: () => clearTimeout(dwell) };
}
