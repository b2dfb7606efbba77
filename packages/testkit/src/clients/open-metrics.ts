/** One figure, as `name{label="value"} 1` tells it. */
export interface MetricSample {
  name: string;
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** All figures of one name, with what the text says of it. */
export interface MetricFamily {
  name: string;
  type: string;
  help: string;
  samples: MetricSample[];
}

const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: ['_total'],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
};
/** What has no value yet is no number, and `prom-client` writes it in its own way. */
const NUMBER = /^([-+]?[0-9.]+(e[-+]?\d+)?|[-+]?Inf|nan)$/i;
const SAMPLE = /^([a-z_][a-z0-9_]*)(?:\{(.*)\})? (\S+)$/i;
const LABEL = /([a-z_]\w*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/giy;

/**
 * The families of a text in the format of OpenMetrics, by their names.
 * @throws where it is none: an unknown type, a figure without its family, one that is told twice, buckets that do not add
 *   up, anything after the end.
 */
export function readOpenMetrics(text: string): Map<string, MetricFamily> {
  if (!text.endsWith('\n# EOF\n')) throw new Error('It does not end with # EOF.');
  const families = new Map<string, MetricFamily>();
  for (const line of text.slice(0, -'# EOF\n'.length - 1).split('\n')) readLine(line, families);
  for (const family of families.values()) checkFamily(family);
  return families;
}

function readLine(line: string, families: Map<string, MetricFamily>): void {
  const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
  if (kind === 'HELP') {
    if (families.has(name)) throw new Error(`${name} is told twice.`);
    families.set(name, { name, type: '', help: rest, samples: [] });
    return;
  }
  const family = [...families.values()].at(-1);
  if (!family) throw new Error(`No family before ${line}`);
  if (kind === 'TYPE') {
    if (name !== family.name || !(rest in SUFFIXES)) throw new Error(`A type in the wrong place, or unknown: ${line}`);
    family.type = rest;
  } else family.samples.push(sampleOf(line, family));
}

function sampleOf(line: string, family: MetricFamily): MetricSample {
  const [, name = '', labels = '', value = ''] = SAMPLE.exec(line) ?? [];
  const isOwn = SUFFIXES[family.type]?.some((suffix) => name === family.name + suffix);
  if (!isOwn || !NUMBER.test(value)) {
    throw new Error(`No figure of ${family.name} (${family.type}): ${line}`);
  }
  const found = [...labels.matchAll(LABEL)];
  if (found.map(([all]) => all).join('') !== labels) throw new Error(`Labels that cannot be read: ${line}`);
  return {
    name,
    labels: Object.fromEntries(found.map(([, label = '', text = '']) => [label, text] as const)),
    value: Number(value),
  };
}

function checkFamily({ name, type, samples }: MetricFamily): void {
  const keys = samples.map((sample) => JSON.stringify([sample.name, Object.entries(sample.labels).map(String).sort()]));
  if (new Set(keys).size < keys.length) throw new Error(`Figures of ${name} are told twice.`);
  if (type === 'histogram') checkBuckets(name, samples);
}

function checkBuckets(name: string, samples: readonly MetricSample[]): void {
  const series = Map.groupBy(samples, ({ labels: { le: _le, ...rest } }) => JSON.stringify(rest));
  for (const [of, all] of series) {
    const buckets = all.flatMap((each) => (each.name === `${name}_bucket` ? each : []));
    const count = all.find((each) => each.name === `${name}_count`)?.value;
    const isOrdered = buckets.every(({ value }, i) => value >= (buckets[i - 1]?.value ?? 0));
    const last = buckets.at(-1);
    if (!isOrdered || last?.labels.le !== '+Inf' || last.value !== count) {
      throw new Error(`The buckets of ${name} ${of} do not add up.`);
    }
  }
}

/** The figures of a family together, of those series that have these labels. */
export function metricOf(
  families: ReadonlyMap<string, MetricFamily>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const family = families.get(name.replace(/_(total|bucket|sum|count)$/, '')) ?? families.get(name);
  const fitting = (family?.samples ?? []).filter(
    (sample) =>
      sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  );
  return fitting.reduce((sum, { value }) => sum + value, 0);
}
