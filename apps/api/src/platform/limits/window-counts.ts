import { forgetOldest } from '../../kernel/forget-oldest.js';

/** How much of a limit is left to a key, and in how many milliseconds the oldest count is forgotten. */
export interface Left {
  limit: number;
  remaining: number;
  resetMs: number;
}

/** Counts what happened by key in the last stretch of time, exactly; of too many keys the oldest are forgotten. */
export class WindowCounts {
  /** When each was counted, oldest first. */
  private readonly times = new Map<string, number[]>();

  constructor(
    private readonly limit: number,
    private readonly windowMs: number,
    private readonly mostKeys: number,
  ) {}

  /** Counts one more. */
  add(key: string): void {
    const times = [...this.recent(key), performance.now()];
    this.times.delete(key);
    this.times.set(key, times);
    forgetOldest(this.times, this.mostKeys);
  }

  left(key: string): Left {
    const [oldest, ...others] = this.recent(key);
    if (oldest === undefined) return { limit: this.limit, remaining: this.limit, resetMs: 0 };
    const remaining = Math.max(0, this.limit - 1 - others.length);
    return { limit: this.limit, remaining, resetMs: Math.max(1, oldest + this.windowMs - performance.now()) };
  }

  private recent(key: string): number[] {
    const since = performance.now() - this.windowMs;
    return (this.times.get(key) ?? []).filter((time) => time > since);
  }
}
