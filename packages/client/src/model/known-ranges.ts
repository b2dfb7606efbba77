/** Seqs of which the client has every row, both ends included. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Disjoint ranges; those that touch are one. There are never more than a few. */
export class KnownRanges {
  #ranges: readonly Range[] = [];

  /** The range that holds the seq. */
  at(seq: number): Range | undefined {
    return this.#ranges.find(({ from, to }) => from <= seq && seq <= to);
  }

  add(from: number, to: number): void {
    const touches = (range: Range) => range.from <= to + 1 && range.to >= from - 1;
    const joined = [{ from, to }, ...this.#ranges.filter(touches)];
    const whole = {
      from: Math.min(...joined.map((range) => range.from)),
      to: Math.max(...joined.map((range) => range.to)),
    };
    this.#ranges = [...this.#ranges.filter((range) => !touches(range)), whole];
  }

  /** Only these stay, which are parts of what is known. */
  keep(kept: readonly Range[]): void {
    this.#ranges = kept.filter(({ from, to }) => from <= to);
  }
}
