import { COUNTERS, type CounterLabels, type CounterName } from './metric-catalogue.js';

/** Values that separate the counts of one name. Each takes few values, none of which a client chooses. */
export type Labels = Readonly<Record<string, string>>;

/** One count of a name. */
interface Series {
  readonly labels: Labels;
  value: number;
}

/** Of one name; what comes beyond is counted together, under this value of each label. */
const MOST_SERIES = 128;
const OTHER = 'other';
const NONE: Labels = {};

/** How often things happened since the process started, in memory. */
export class Counters {
  private readonly counts = new Map<CounterName, Map<string, Series>>();

  constructor() {
    for (const [name, { labels }] of Object.entries(COUNTERS)) {
      const series = combinations(Object.entries(labels)).map((each) => [keyOf(each), { labels: each, value: 0 }]);
      this.counts.set(name as CounterName, new Map(series as [string, Series][]));
    }
  }

  /** Called several times a message, so it takes no more than a look-up. */
  add<Name extends CounterName>(name: Name, labels = NONE as CounterLabels<Name>, by = 1): void {
    const ofName = this.counts.get(name) as Map<string, Series>;
    const key = keyOf(labels);
    const known = ofName.get(key);
    if (known) known.value += by;
    else this.begin(ofName, key, labels).value += by;
  }

  of<Name extends CounterName>(name: Name, labels = NONE as CounterLabels<Name>): number {
    return this.counts.get(name)?.get(keyOf(labels))?.value ?? 0;
  }

  seriesOf(name: CounterName): Iterable<Series> {
    return this.counts.get(name)?.values() ?? [];
  }

  private begin(ofName: Map<string, Series>, key: string, labels: Labels): Series {
    const isRoom = ofName.size < MOST_SERIES;
    const own = isRoom ? { ...labels } : Object.fromEntries(Object.keys(labels).map((label) => [label, OTHER]));
    const ownKey = isRoom ? key : keyOf(own);
    const series = ofName.get(ownKey) ?? { labels: own, value: 0 };
    ofName.set(ownKey, series);
    return series;
  }
}

/** The values alone: those of one name have the same labels in the same order. */
function keyOf(labels: Labels): string {
  let key = '';
  for (const label in labels) key = key === '' ? (labels[label] as string) : `${key} ${labels[label]}`;
  return key;
}

/** Every combination of the known values; none where a label has none. */
function combinations(labels: readonly [string, readonly string[]][]): Labels[] {
  return labels.reduce<Labels[]>(
    (all, [label, values]) => all.flatMap((each) => values.map((value) => ({ ...each, [label]: value }))),
    [NONE],
  );
}
