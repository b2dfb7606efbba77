import { forgetOldest } from '../../kernel/forget-oldest.js';

interface Refusals {
  count: number;
  at: number;
}

interface Settings {
  firstMs: number;
  longestMs: number;
  /** After so long without a refusal the waits begin anew: longer than the longest wait and a client's own delay after it. */
  quietMs: number;
}

/** Those who are refused together are not to come back together: waits are longer by up to this part. */
const SCATTER = 0.2;
/** Users whose refusals are remembered. */
const MOST_REMEMBERED = 10_000;

/** How long who is refused should wait: twice as long each time, of each user by themselves. */
export class GrowingWaits {
  /** By user, the latest last. */
  private readonly refusals = new Map<string, Refusals>();

  constructor(private readonly settings: Settings) {}

  /** Counts one more refusal; milliseconds. */
  next(userId: string): number {
    const { firstMs, longestMs, quietMs } = this.settings;
    const now = performance.now();
    const before = this.refusals.get(userId);
    const count = before && now - before.at < quietMs ? before.count : 0;
    this.refusals.delete(userId);
    this.refusals.set(userId, { count: count + 1, at: now });
    forgetOldest(this.refusals, MOST_REMEMBERED);
    return Math.round(Math.min(longestMs, firstMs * 2 ** count) * (1 + Math.random() * SCATTER));
  }
}
