/** A node that shows no sign of life for so long, to one that looked all the time, is dead. */
const DEAD_AFTER_MS = 10_000;
/** After a pause as long as this between two looks nothing is known of the time between. */
const LONGEST_PAUSE_MS = 6_000;

/**
 * Judges from what each beat reads whether other nodes live. Compared are values that change with every beat of theirs,
 * over time as this process measures it: no clock of another machine matters, and after an outage in which nobody could
 * write, nobody is taken for dead.
 */
export class FailureDetector {
  private readonly seen = new Map<string, { value: string; since: number }>();
  private lookedAt = Number.NEGATIVE_INFINITY;

  /** Takes in one look; returns the nodes that are dead, each with its last value. */
  look(others: ReadonlyMap<string, string>, now: number): [nodeId: string, value: string][] {
    if (now - this.lookedAt > LONGEST_PAUSE_MS) this.seen.clear();
    this.lookedAt = now;
    for (const nodeId of this.seen.keys()) if (!others.has(nodeId)) this.seen.delete(nodeId);
    return [...others].filter(([nodeId, value]) => {
      const known = this.seen.get(nodeId);
      if (known?.value === value) return now - known.since >= DEAD_AFTER_MS;
      this.seen.set(nodeId, { value, since: now });
      return false;
    });
  }
}
