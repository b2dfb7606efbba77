import { forgetOldest } from '../../kernel/forget-oldest.js';

const WINDOW_MS = 1_000;
/** Kinds that are counted separately; of more, those that were seen longest ago are forgotten. */
const MOST_KINDS = 10_000;

interface Seen {
  since: number;
  dropped: number;
}

/** Lets through the first of a kind in a second, so that a flood of something does not become a flood of lines. */
export class LogSampler {
  private readonly seen = new Map<string, Seen>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Null: not to be logged; else how many of this kind were not since the one before. */
  next(kind: string): number | null {
    const now = this.now();
    const seen = this.seen.get(kind);
    if (seen && now - seen.since < WINDOW_MS) {
      seen.dropped += 1;
      return null;
    }
    this.seen.delete(kind);
    this.seen.set(kind, { since: now, dropped: 0 });
    forgetOldest(this.seen, MOST_KINDS);
    return seen?.dropped ?? 0;
  }
}
