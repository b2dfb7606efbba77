/** Sixty-four steps an octave: a figure read from it is at most 1.1 % off. */
const STEPS = 64;
const OCTAVES = 32;

/** Counts durations in microseconds at a constant cost, whatever their number. */
export class LatencyHistogram {
  private readonly counts: number[];

  constructor(counts?: number[]) {
    this.counts = counts ?? new Array<number>(STEPS * OCTAVES).fill(0);
  }

  add(microseconds: number): void {
    const step = microseconds <= 1 ? 0 : Math.floor(Math.log2(microseconds) * STEPS);
    const index = Math.min(step, this.counts.length - 1);
    this.counts[index] = (this.counts[index] as number) + 1;
  }

  /** Adds another's counts to one's own. */
  merge(other: LatencyHistogram): void {
    for (const [index, count] of other.counts.entries()) this.counts[index] = (this.counts[index] as number) + count;
  }

  /** Milliseconds that the given share (0.5, 0.99) of the durations did not exceed; null where there are none. */
  quantile(share: number): number | null {
    const total = this.counts.reduce((sum, count) => sum + count, 0);
    if (total === 0) return null;
    let rest = Math.max(1, Math.ceil(total * share));
    const index = this.counts.findIndex((count) => (rest -= count) <= 0);
    return 2 ** ((index + 1) / STEPS) / 1000;
  }

  /** For another process. */
  toJSON(): number[] {
    return this.counts;
  }
}

/** The value that the given share of the numbers does not exceed; null where there are none. */
export function quantile(numbers: number[], share: number): number | null {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * share) - 1))] ?? null;
}
