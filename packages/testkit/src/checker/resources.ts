import type { HistoryEvent, SampleEvent } from '../history/history-event.js';
import type { Check } from './check.contract.js';
import type { Findings } from './findings.js';
import { theilSen } from './theil-sen.js';

export interface ResourceLimits {
  /** Seconds of a process's life that are not judged. */
  warmUp: number;
  /** Bytes a minute that resident memory may grow by; judged only over five minutes or more. */
  slope?: number;
  /** Bytes of resident memory that are never exceeded. */
  most?: number;
  /** Open descriptors more in the end than after warming up. */
  descriptors?: number;
  /** Busy database connections more in the end than after warming up. */
  pool?: number;
}

export interface ProcessFigures {
  name: string;
  pid: number;
  mostRss: number;
  /** Bytes a minute, by Theil–Sen over what was sampled after warming up. */
  slope: number;
  /** The 99th part of a hundred of the event loop's lateness, in milliseconds. */
  lagP99: number;
  descriptors: { first: number; last: number } | null;
}

const JUDGED_SECONDS = 300;

/** I6: memory, descriptors and connections of each process over its life. */
export class Resources implements Check {
  readonly figures: ProcessFigures[] = [];
  private readonly samples = new Map<string, SampleEvent[]>();

  constructor(
    private readonly findings: Findings,
    private readonly limits: ResourceLimits,
  ) {}

  see(event: HistoryEvent): void {
    if (event.type !== 'sample') return;
    const key = `${event.name} ${event.pid}`;
    const held = this.samples.get(key) ?? [];
    this.samples.set(key, held);
    held.push(event);
  }

  conclude(): void {
    for (const samples of this.samples.values()) this.judge(samples);
  }

  private judge(samples: readonly SampleEvent[]): void {
    const begin = (samples[0]?.t ?? 0) + this.limits.warmUp;
    const warm = samples.filter(({ t }) => t >= begin);
    const [first, last] = [warm[0] ?? samples[0], samples.at(-1)];
    if (!first || !last) return;
    const largest = samples.reduce((a, b) => (b.rss > a.rss ? b : a));
    const slope = theilSen(warm.map(({ t, rss }) => ({ x: t, y: rss }))) * 60;
    const lags = samples.flatMap(({ lagMs }) => lagMs ?? []).sort((a, b) => a - b);
    const descriptors =
      first.descriptors === undefined ? null : { first: first.descriptors, last: last.descriptors ?? 0 };
    const { name, pid } = first;
    const lagP99 = lags[Math.floor(lags.length * 0.99)] ?? 0;
    this.figures.push({ name, pid, mostRss: largest.rss, slope, lagP99, descriptors });
    this.compare({ first, last, largest, slope });
  }

  private compare(seen: { first: SampleEvent; last: SampleEvent; largest: SampleEvent; slope: number }): void {
    const { first, last, largest, slope } = seen;
    const limits = this.limits;
    if (limits.slope !== undefined && last.t - first.t >= JUDGED_SECONDS && slope > limits.slope) {
      const what = `${first.name} grows by ${Math.round(slope / 1024)} KB a minute.`;
      this.findings.add('memory-slope', what, [first, last]);
    }
    if (limits.most !== undefined && largest.rss > limits.most) {
      this.findings.add('memory-bound', `${first.name} held ${Math.round(largest.rss / 2 ** 20)} MB.`, [largest]);
    }
    for (const what of ['descriptors', 'pool'] as const) {
      const [before, after, slack] = [first[what], last[what], limits[what]];
      if (before === undefined || after === undefined || slack === undefined || after <= before + slack) continue;
      this.findings.add(what, `${first.name} had ${before} ${what} in the beginning and ${after} in the end.`, [
        first,
        last,
      ]);
    }
  }
}
