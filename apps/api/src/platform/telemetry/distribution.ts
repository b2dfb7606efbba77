import { DISTRIBUTIONS, type DistributionName } from './metric-catalogue.js';

/** How values are spread, as counts between fixed bounds. */
export class Distribution {
  /** Of each bound, those that are at most that and above the one before; the last one of those above all. */
  counts: number[];
  sum = 0;

  constructor(readonly bounds: readonly number[]) {
    this.counts = [...bounds, 0].map(() => 0);
  }

  /** Called with every message: a few comparisons. */
  observe(value: number): void {
    const { bounds, counts } = this;
    let at = 0;
    while (at < bounds.length && value > (bounds[at] as number)) at += 1;
    counts[at] = (counts[at] as number) + 1;
    this.sum += value;
  }
}

type ByValue<Name extends DistributionName> = Readonly<
  Record<(typeof DISTRIBUTIONS)[Name]['values'][number], Distribution>
>;
export type Distributions = { readonly [Name in DistributionName]: ByValue<Name> };

/** One for each value of its label; where it has no label, under no name. */
export function newDistributions(): Distributions {
  const rows = Object.entries(DISTRIBUTIONS).map(([name, { bounds, values }]) => [
    name,
    Object.fromEntries(values.map((value) => [value, new Distribution(bounds)])),
  ]);
  return Object.fromEntries(rows) as Distributions;
}
