import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { PostgresCluster } from '@parley/testkit';
import { measureConnecting } from './connecting-load.js';
import { describeConnecting } from './crowd-report.js';
import { describeRun } from './report.js';
import { type Figures, PHASES, type Phase, type Run, runSubject } from './runs.js';

const LOADS = ['saturation', 'fixed'] as const satisfies Phase[];
/** What a build may be worse by, as a part of the other's figure. */
const TOLERANCE = 0.03;
const CONFIDENCE = 0.95;

const FIGURES = {
  deliveriesPerSecond: { title: 'deliveries/s', isBetter: 'more' },
  serverCpuPerDelivery: { title: 'server CPU a delivery', isBetter: 'less' },
  databaseCpuPerDelivery: { title: 'Postgres CPU a delivery', isBetter: 'less' },
} as const satisfies Partial<Record<keyof Figures, object>>;

interface ComparisonOptions {
  /** The checkout that this build is compared with; or a setting, such as `SEARCH=off`, that this build has then. */
  against: string;
  rounds: number;
  seconds: number;
  warmup: number;
  generators: number;
  cluster: PostgresCluster;
}

/** This build's figure divided by the other's, in one round. */
interface Ratio {
  load: Phase;
  figure: keyof typeof FIGURES;
  ratio: number;
}

/** A median with the interval in which the true one lies with at least that probability; null where there are too few. */
export interface MedianInterval {
  median: number;
  low: number;
  high: number;
  confidence: number;
}

/**
 * The other build and this one, on Postgres, in turn and in the other order every second round, so that neither is
 * always the first on a rested machine.
 * @returns ratios of the figures of the same round.
 */
export async function compareBuilds(options: ComparisonOptions, report: (line: string) => void): Promise<Ratio[]> {
  const other = sideOf(options.against);
  const ratios: Ratio[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    const sides = round % 2 === 1 ? [other, null] : [null, other];
    const runs = new Map<Side | null, Run[]>();
    for (const side of sides) {
      const settings = { ...options, loads: LOADS, profileDirectory: null, ...side };
      const { runs: fresh } = await runSubject('b', round, settings);
      for (const run of fresh) report(`${side ? 'other' : 'this '} ${describeRun(run)}`);
      runs.set(side, fresh);
    }
    ratios.push(...ratiosOf(runs.get(null) ?? [], runs.get(other) ?? []));
  }
  return ratios;
}

/** What connecting costs the other build and this one, in turn. */
export async function compareConnecting(options: ComparisonOptions, report: (line: string) => void): Promise<void> {
  const other = sideOf(options.against);
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const side of round % 2 === 1 ? [other, null] : [null, other]) {
      const figures = await measureConnecting({ cluster: options.cluster, profileDirectory: null, ...side });
      report(`${side ? 'other' : 'this '} ${describeConnecting(figures)}`);
    }
  }
}

/** What the other side has of its own. */
type Side = { server: string } | { env: Record<string, string> };

function sideOf(against: string): Side {
  const [, name, value = ''] = /^([A-Z_]+)=(.*)$/.exec(against) ?? [];
  if (name) return { env: { [name]: value } };
  const dist = join(resolve(against), 'apps/api/dist');
  // Builds of before there was a bundle have one file less.
  const server = ['bundle/main.js', 'main.js'].map((path) => join(dist, path)).find((path) => existsSync(path));
  if (!server) throw new Error(`${dist} has no server: compile that checkout first.`);
  return { server };
}

function ratiosOf(mine: readonly Run[], others: readonly Run[]): Ratio[] {
  const names = Object.keys(FIGURES) as (keyof typeof FIGURES)[];
  return LOADS.flatMap((load) => {
    const one = mine.find(({ phase }) => phase === load);
    const other = others.find(({ phase }) => phase === load);
    if (!one || !other) return [];
    return names.map((figure) => ({ load, figure, ratio: one.figures[figure] / other.figures[figure] }));
  });
}

export function describeComparison(ratios: readonly Ratio[]): string {
  const lines = ['', '## This build to the other, medians of the rounds'];
  for (const load of LOADS) {
    for (const [figure, { title, isBetter }] of Object.entries(FIGURES)) {
      const rounds = ratios.filter((each) => each.load === load && each.figure === figure).map(({ ratio }) => ratio);
      lines.push(`${PHASES[load]}, ${title}: ${describeInterval(medianInterval(rounds), isBetter)}`);
    }
  }
  return lines.join('\n');
}

function describeInterval(interval: MedianInterval | null, isBetter: 'more' | 'less'): string {
  if (!interval) return 'too few rounds for an interval: at least 6';
  const { median, low, high, confidence } = interval;
  const isWorse = isBetter === 'more' ? high < 1 - TOLERANCE : low > 1 + TOLERANCE;
  const isSure = isBetter === 'more' ? low >= 1 - TOLERANCE : high <= 1 + TOLERANCE;
  const percent = (confidence * 100).toFixed(1);
  const verdict = isWorse ? 'WORSE by more than 3 %' : isSure ? 'not worse by more than 3 %' : 'not told apart';
  return `${median.toFixed(3)} × (${low.toFixed(3)} to ${high.toFixed(3)}, ${percent} %): ${verdict}`;
}

/**
 * The interval between two order statistics that has the median in it with at least 95 %: exact for any distribution,
 * since each value is as likely above the median as below it.
 */
export function medianInterval(values: readonly number[]): MedianInterval | null {
  const sorted = values.toSorted((a, b) => a - b);
  const count = sorted.length;
  for (let left = Math.floor((count - 1) / 2); left >= 0; left -= 1) {
    // Outside it only where at most `left` values are on one side.
    const confidence = 1 - 2 * binomialUpTo(left, count);
    const [low, high] = [sorted[left], sorted[count - 1 - left]];
    if (confidence < CONFIDENCE || low === undefined || high === undefined) continue;
    return { median: middle(sorted), low, high, confidence };
  }
  return null;
}

/** How likely at most `most` of `count` fair coins show heads. */
function binomialUpTo(most: number, count: number): number {
  let term = 0.5 ** count;
  let sum = term;
  for (let heads = 1; heads <= most; heads += 1) {
    term *= (count - heads + 1) / heads;
    sum += term;
  }
  return sum;
}

function middle(sorted: readonly number[]): number {
  const half = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]] as [number, number];
  return (low + high) / 2;
}
