import { forgetOldest } from './forget-oldest.js';

const AGAIN_AFTER_MS = 60_000;
/** Reasons that are told apart. */
const MOST_REASONS = 128;

/** Whether a trouble is to be said: at once where its reason is new, and then once a minute for as long as it stays. */
export class Reminder {
  private readonly saidAt = new Map<string, number>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  isDue(reason: string): boolean {
    const now = this.now();
    const at = this.saidAt.get(reason);
    if (at !== undefined && now - at < AGAIN_AFTER_MS) return false;
    // At the end, as the latest.
    this.saidAt.delete(reason);
    this.saidAt.set(reason, now);
    forgetOldest(this.saidAt, MOST_REASONS);
    return true;
  }

  /** It is over: the next time is said at once. */
  reset(): void {
    this.saidAt.clear();
  }
}
