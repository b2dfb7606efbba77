/** Values that separate the counts of one name. Each takes few values, none of which a client chooses. */
export type Labels = Readonly<Record<string, string>>;

/** How often things happened since the process started, in memory. */
export class Counters {
  private readonly counts = new Map<string, number>();

  add(name: string, labels: Labels = {}, by = 1): void {
    const key = keyOf(name, labels);
    this.counts.set(key, (this.counts.get(key) ?? 0) + by);
  }

  of(name: string, labels: Labels = {}): number {
    return this.counts.get(keyOf(name, labels)) ?? 0;
  }
}

/** Called several times a message, so it takes no more than joining the words. */
function keyOf(name: string, labels: Labels): string {
  let key = name;
  for (const label in labels) key += ` ${label}=${labels[label]}`;
  return key;
}
