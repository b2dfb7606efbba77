import type { Outcome } from './run-row.js';

const LISTED = 10;
const SIGNS = { held: '✔', failed: '✘', 'needs own node': '–' } as const;

/** A line a row, and below it what it found. */
export function outcomeLines({ row, verdict, failures, figures, seconds }: Outcome): string[] {
  const { id, title } = row;
  const lines = [
    `${SIGNS[verdict]} ${id.padEnd(4)} ${verdict.padEnd(14)} ${seconds.toFixed(1).padStart(5)} s  ${title}`,
  ];
  for (const { what, value } of figures) lines.push(`       ${what}: ${value}`);
  for (const failure of failures.slice(0, LISTED)) lines.push(`       ✘ ${failure}`);
  if (failures.length > LISTED) lines.push(`       … and ${failures.length - LISTED} more`);
  return lines;
}

/** How many of each. */
export function summary(outcomes: readonly Outcome[]): string {
  const count = (verdict: Outcome['verdict']) => outcomes.filter((each) => each.verdict === verdict).length;
  return `${count('held')} of ${outcomes.length} rows held, ${count('failed')} failed, ${count('needs own node')} need a node of their own.`;
}
