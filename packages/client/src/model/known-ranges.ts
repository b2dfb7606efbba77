/** Seqs of which every row is held, both ends included. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Disjoint ranges, ascending; those that touch are one. There are never more than a few. */
export class KnownRanges {
  #ranges: readonly Range[] = [];

  /** The range that holds the seq. */
  at(seq: number): Range | null {
    return this.#ranges.find(({ from, to }) => from <= seq && seq <= to) ?? null;
  }

  add(from: number, to: number): void {
    const last = this.#ranges.at(-1);
    if (last && from === last.to + 1) {
      this.#ranges = [...this.#ranges.slice(0, -1), { from: last.from, to }];
      return;
    }
    const touches = (range: Range) => range.from <= to + 1 && range.to >= from - 1;
    const joined = this.#ranges.filter(touches);
    const whole = {
      from: joined.reduce((least, range) => Math.min(least, range.from), from),
      to: joined.reduce((most, range) => Math.max(most, range.to), to),
    };
    this.#ranges = [...this.#ranges.filter((range) => !touches(range)), whole].sort((a, b) => a.from - b.from);
  }

  /** Only these stay, which are parts of what is known and do not overlap. Returns what is dropped. */
  keep(kept: readonly Range[]): Range[] {
    const dropped = this.#ranges.flatMap((range) => outside(range, kept));
    this.#ranges = [];
    for (const { from, to } of kept) if (from <= to) this.add(from, to);
    return dropped;
  }
}

/** The parts of a range that lie in none of the others. */
function outside(range: Range, others: readonly Range[]): Range[] {
  let parts = [range];
  for (const { from, to } of others) {
    parts = parts.flatMap((part) =>
      [
        { from: part.from, to: Math.min(part.to, from - 1) },
        { from: Math.max(part.from, to + 1), to: part.to },
      ].filter((rest) => rest.from <= rest.to),
    );
  }
  return parts;
}
