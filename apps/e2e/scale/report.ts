import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '@parley/testkit';
import { type Comparison, MOST_RATIO } from './measure.js';
import type { Cost } from './writer-cost.js';

export interface Results {
  at: string;
  machine: { cores: number; model: string; memoryGigabytes: number; node: string };
  messages: { small: number; large: number };
  turns: number;
  comparisons: Comparison[];
  /** Resident bytes of each node after all of it. */
  memory: { small: number; large: number } | null;
  costs: Cost[];
}

/** Writes everything measured as JSON; answers where. */
export function writeResults(results: Results): string {
  const directory = join(ROOT, 'bench-results');
  mkdirSync(directory, { recursive: true });
  const file = join(directory, `scale-${results.at.replaceAll(':', '-')}.json`);
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  return file;
}

/** Whether everything that is promised was found so. */
export function isKept({ comparisons, costs }: Results): boolean {
  return comparisons.every(({ ratio }) => ratio <= MOST_RATIO) && costs.every((cost) => sameAsInOthers(cost, costs));
}

export function describeResults(results: Results): string {
  const { comparisons, costs, memory } = results;
  const lines: string[] = [];
  if (comparisons.length > 0) lines.push(...describeComparisons(results), '');
  if (memory)
    lines.push(`Memory of the nodes afterwards: ${megabytes(memory.small)} and ${megabytes(memory.large)}.`, '');
  if (costs.length > 0) lines.push(...describeCosts(costs));
  return lines.join('\n');
}

function describeComparisons({ comparisons, messages, turns }: Results): string[] {
  const [few, many] = [messages.small, messages.large].map((count) => count.toLocaleString('en-US'));
  return [
    `## The same calls with ${few} and with ${many} messages, medians of ${turns} each`,
    '',
    `| | ${few}: median | p95 | ${many}: median | p95 | bytes | ratio | ≤ ${MOST_RATIO} |`,
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...comparisons.map(({ name, small, large, ratio }) =>
      row([
        name,
        ...[small.median, small.p95, large.median, large.p95].map(time),
        `${kilobytes(small.bytes)} / ${kilobytes(large.bytes)}`,
        ratio.toFixed(2),
        ratio <= MOST_RATIO ? 'met' : 'NOT MET',
      ]),
    ),
  ];
}

function describeCosts(costs: Cost[]): string[] {
  return [
    '## What one command costs the database',
    '',
    '| command | members | statements | rows written | rows read | the same in all |',
    '| --- | --- | --- | --- | --- | --- |',
    ...costs.map((cost) =>
      row([
        `\`${cost.command}\``,
        cost.members.toLocaleString('en-US'),
        String(cost.statements),
        Object.entries(cost.written)
          .map(([what, rows]) => `${rows} ${what}`)
          .join(', '),
        String(cost.read),
        sameAsInOthers(cost, costs) ? 'met' : 'NOT MET',
      ]),
    ),
  ];
}

/** As many statements and rows written whatever the number of members. */
function sameAsInOthers(cost: Cost, costs: Cost[]): boolean {
  const shape = ({ statements, written }: Cost) => JSON.stringify([statements, written]);
  return costs.every((other) => other.command !== cost.command || shape(other) === shape(cost));
}

const row = (cells: string[]): string => `| ${cells.join(' | ')} |`;
const time = (milliseconds: number): string => `${milliseconds.toFixed(milliseconds < 10 ? 2 : 1)} ms`;
const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
