import type { PostgresCluster } from '@parley/testkit';
import { LatencyHistogram, quantile } from './latency-histogram.js';
import { LoadGenerator } from './load-generator.js';
import type { LoadFigures } from './load-protocol.js';
import { type Layout, type Subject, type SubjectLetter, startSubject } from './subjects.js';

/** The load that the project's targets are stated for. */
const LAYOUT: Layout = { conversations: 20, members: 25, senders: 5 };
const IN_FLIGHT = 4;
const FIXED_RATE = 100;
/** The load that the latency of two nodes is stated for, and one at which their cost is compared with that of one. */
const BRISK_RATE = 200;
const BUSY_RATE = 1_000;

export const PHASES = {
  saturation: 'closed loop',
  fixed: `${FIXED_RATE} messages/s`,
  brisk: `${BRISK_RATE} messages/s`,
  busy: `${BUSY_RATE} messages/s`,
} as const;
export type Phase = keyof typeof PHASES;

/** One subject under one load. Times in milliseconds, processor time in microseconds a delivery. */
export interface Figures {
  ackedPerSecond: number;
  refusedPerSecond: number;
  deliveriesPerSecond: number;
  bytesPerDelivery: number;
  p50: number | null;
  p99: number | null;
  /** Of deliveries to another node than the sender's. */
  crossP99: number | null;
  serverCpuPerDelivery: number;
  databaseCpuPerDelivery: number;
  redisCpuPerDelivery: number;
  /** Share of one core. */
  serverCpuShare: number;
  databaseCpuShare: number;
  generatorCpuShare: number;
  serverMemoryMegabytes: number;
}

export interface Run {
  subject: SubjectLetter;
  phase: Phase;
  round: number;
  figures: Figures;
  refusals: string[];
}

export interface RunOptions {
  /** Which of the phases, of those that the subject meets. */
  loads: readonly string[];
  seconds: number;
  warmup: number;
  generators: number;
  cluster: PostgresCluster | null;
  profileDirectory: string | null;
  /** Another build's compiled `main.js`, where it is not to be this one's. */
  server?: string;
  /** Settings of the server besides those of the benchmark. */
  env?: Record<string, string>;
}

/** A part of a server's life that was measured: microseconds of the monotonic clock. */
export interface MeasuredWindow {
  from: number;
  to: number;
}

export interface SubjectRuns {
  runs: Run[];
  /** The closed loop, or the first load where that was not chosen. */
  first: MeasuredWindow;
}

/** A fresh server of that kind under both loads, one after the other. */
export async function runSubject(subject: SubjectLetter, round: number, options: RunOptions): Promise<SubjectRuns> {
  const server = await startSubject(subject, { layout: LAYOUT, ...options });
  const generator = await LoadGenerator.start(options.generators, server.targets, server.seats).catch(
    async (error: unknown) => {
      await server.stop();
      throw error;
    },
  );
  try {
    const figures = new Map<Phase, LoadFigures>();
    const run = async (name: Phase, begin: () => Promise<void>) => {
      if (options.loads.includes(name)) figures.set(name, await phase(generator, server, begin, options));
    };
    await run('saturation', () => generator.saturate(IN_FLIGHT));
    if (figures.size === 0) await warmUp(generator, server, options);
    await run('fixed', () => generator.pace(FIXED_RATE));
    if (subject === 'b' || subject === 'd') {
      await run('brisk', () => generator.pace(BRISK_RATE));
      await run('busy', () => generator.pace(BUSY_RATE));
    }
    const [{ from = 0, to = 0 } = {}] = figures.values();
    const runs = [...figures].map(([name, all]) => ({
      subject,
      phase: name,
      round,
      figures: evaluate(all),
      refusals: all.refusals,
    }));
    return { runs, first: { from, to } };
  } finally {
    generator.stop();
    await server.stop();
  }
}

/**
 * Code that has run some hundred times only is still being compiled, and two servers have twice as much of it: what a
 * message costs would depend on how long a server has been running.
 */
async function warmUp(generator: LoadGenerator, server: Subject, { warmup, seconds }: RunOptions): Promise<void> {
  await generator.saturate(IN_FLIGHT);
  await generator.measure(warmup + seconds, server.watch);
  await generator.pause();
}

async function phase(
  generator: LoadGenerator,
  server: Subject,
  begin: () => Promise<void>,
  options: RunOptions,
): Promise<LoadFigures> {
  await begin();
  await generator.measure(options.warmup, server.watch);
  const figures = await generator.measure(options.seconds, server.watch);
  await generator.pause();
  return figures;
}

export function evaluate(figures: LoadFigures): Figures {
  const { seconds, deliveries } = figures;
  const latencies = new LatencyHistogram(figures.latencies);
  const perDelivery = (cpuSeconds: number) => (deliveries > 0 ? (cpuSeconds * 1e6) / deliveries : 0);
  return {
    ackedPerSecond: figures.acked / seconds,
    refusedPerSecond: figures.refused / seconds,
    deliveriesPerSecond: deliveries / seconds,
    bytesPerDelivery: deliveries > 0 ? figures.deliveredBytes / deliveries : 0,
    p50: latencies.quantile(0.5),
    p99: latencies.quantile(0.99),
    crossP99: new LatencyHistogram(figures.crossLatencies).quantile(0.99),
    serverCpuPerDelivery: perDelivery(figures.serverCpu),
    databaseCpuPerDelivery: perDelivery(figures.databaseCpu),
    redisCpuPerDelivery: perDelivery(figures.redisCpu),
    serverCpuShare: figures.serverCpu / seconds,
    databaseCpuShare: figures.databaseCpu / seconds,
    generatorCpuShare: figures.generatorCpu / seconds,
    serverMemoryMegabytes: figures.serverMemory / 1e6,
  };
}

/** The median of every figure over the rounds; null where that subject was not run. */
export function medians(runs: Run[], subject: SubjectLetter, phaseName: Phase): Figures | null {
  const rounds = runs.filter((run) => run.subject === subject && run.phase === phaseName).map((run) => run.figures);
  const [first] = rounds;
  if (!first) return null;
  const names = Object.keys(first) as (keyof Figures)[];
  const median = (name: keyof Figures) =>
    middle(rounds.map((figures) => figures[name]).filter((value) => value !== null));
  return Object.fromEntries(names.map((name) => [name, median(name)])) as unknown as Figures;
}

/** Of an even number the mean of the two in the middle. */
function middle(numbers: number[]): number | null {
  const sorted = numbers.toSorted((a, b) => a - b);
  if (sorted.length % 2 === 1) return quantile(sorted, 0.5);
  const [low, high] = [sorted[sorted.length / 2 - 1], sorted[sorted.length / 2]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
