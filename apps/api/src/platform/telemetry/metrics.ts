import { Injectable } from '@nestjs/common';
import { Counter, collectDefaultMetrics, Gauge, type Metric, type OpenMetricsContentType, Registry } from 'prom-client';
import type { Distribution, Distributions } from './distribution.js';
import { EventReporter } from './event-reporter.js';
import {
  COUNTERS,
  type CounterName,
  DISTRIBUTIONS,
  type DistributionName,
  READINGS,
  type ReadingName,
} from './metric-catalogue.js';
import { type Reading, Readings } from './readings.js';

type OpenMetrics = Registry<OpenMetricsContentType>;

const PREFIX = 'parley_';

function newRegistry(): OpenMetrics {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  return registry;
}

/** Of the process and not of a node; watched from the first time that somebody asks. */
let ofProcess: OpenMetrics | null = null;

function processRegistry(): OpenMetrics {
  if (!ofProcess) {
    ofProcess = newRegistry();
    collectDefaultMetrics({ register: ofProcess });
    // It counts one collection of each turn only (findings/prom-client-counts-one-collection-a-turn.sh).
    ofProcess.removeSingleMetric('nodejs_gc_duration_seconds');
  }
  return ofProcess;
}

/** What a node tells of itself, in the format of OpenMetrics. Everything is kept as plain numbers and put together here. */
@Injectable()
export class Metrics {
  static readonly contentType = Registry.OPENMETRICS_CONTENT_TYPE;
  private readonly registry = newRegistry();

  constructor(
    private readonly reporter: EventReporter,
    private readonly readings: Readings,
  ) {
    for (const name of Object.keys(COUNTERS)) this.addCounter(name as CounterName);
    for (const name of Object.keys(DISTRIBUTIONS)) this.addDistribution(name as DistributionName);
    for (const name of Object.keys(READINGS)) this.addReading(name as ReadingName);
  }

  text(): Promise<string> {
    this.readings.announce();
    return Registry.merge([this.registry, processRegistry()] as unknown as Registry[]).metrics();
  }

  private addCounter(name: CounterName): void {
    const { help, labels } = COUNTERS[name];
    const { counters } = this.reporter;
    const config = { name: PREFIX + name, help, labelNames: Object.keys(labels), registers: [] as [] };
    this.registry.registerMetric(counterOf(config, () => counters.seriesOf(name)));
  }

  private addReading(name: ReadingName): void {
    const { help, labels, type } = READINGS[name];
    const { readings } = this;
    const config = { name: PREFIX + name, help, labelNames: [...labels], registers: [] as [] };
    const read = () => readings.of(name);
    this.registry.registerMetric(type === 'counter' ? counterOf(config, read) : gaugeOf(config, read));
  }

  private addDistribution(name: DistributionName): void {
    const { help } = DISTRIBUTIONS[name];
    const own = PREFIX + name;
    const { distributions } = this.reporter;
    const get = async () => ({
      name: own,
      help,
      type: 'histogram',
      values: valuesOf(distributions, name),
      aggregator: 'sum',
    });
    // As much of a metric as a registry asks for: the library's own histogram counts in a way that every message would pay for.
    this.registry.registerMetric({ name: own, help, type: 'histogram', get } as unknown as Metric);
  }
}

interface Config {
  name: string;
  help: string;
  labelNames: string[];
  registers: [];
}

function counterOf(config: Config, read: () => Iterable<Reading>): Counter {
  return new Counter({
    ...config,
    collect() {
      this.reset();
      for (const { labels, value } of read()) this.inc(labels, value);
    },
  });
}

function gaugeOf(config: Config, read: () => Iterable<Reading>): Gauge {
  return new Gauge({
    ...config,
    collect() {
      this.reset();
      for (const { labels, value } of read()) this.set(labels, value);
    },
  });
}

interface Value {
  metricName: string;
  labels: Record<string, string | number>;
  value: number;
}

function valuesOf(distributions: Distributions, name: DistributionName): Value[] {
  const { label } = DISTRIBUTIONS[name];
  return Object.entries<Distribution>(distributions[name]).flatMap(([value, distribution]) =>
    bucketsOf(PREFIX + name, label === null ? {} : { [label]: value }, distribution),
  );
}

function bucketsOf(name: string, labels: Record<string, string>, { bounds, counts, sum }: Distribution): Value[] {
  let upTo = 0;
  const buckets = counts.map((count, i) => {
    upTo += count;
    return { metricName: `${name}_bucket`, labels: { ...labels, le: bounds[i] ?? '+Inf' }, value: upTo };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: upTo },
  ];
}
