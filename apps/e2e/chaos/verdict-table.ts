import type { Outcome } from './run-row.js';

const MEBIBYTE = 2 ** 20;
const LISTED = 10;
const COLUMNS = [
  'row',
  'verdict',
  'acked',
  'unknown',
  'resumed',
  'gap fills',
  'repeats',
  'recovery s',
  'peak MB',
  'seconds',
] as const;

/** One line of figures a row. */
export function table(outcomes: readonly Outcome[]): string[] {
  const rows = [[...COLUMNS], ...outcomes.map(cells)];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => align(cell, widths[column] ?? 0, column)).join('  '));
}

/** What a row found, in lines: where it failed with the least that shows it, and the command that plays it again. */
export function outcomeLines(outcome: Outcome, again = `npm run chaos -- ${outcome.row.id}`): string[] {
  const { report, failures, figures, kept } = outcome;
  const lines = figures.map(({ what, value }) => `    ${what}: ${value}`);
  for (const failure of failures) lines.push(`    ✘ ${failure}`);
  for (const reason of report?.reasons ?? []) lines.push(`    ? ${reason}`);
  const violations = report?.violations ?? [];
  for (const { invariant, name, what, witness, faults } of violations.slice(0, LISTED)) {
    lines.push(`    ✘ ${invariant} ${name}: ${what}${faults.length > 0 ? ` (during: ${faults.join(', ')})` : ''}`);
    for (const event of witness) lines.push(`        ${JSON.stringify(event).slice(0, 400)}`);
  }
  const found = Object.entries(report?.found ?? {});
  if (found.length > 0) lines.push(`    in all: ${found.map(([name, count]) => `${name} ${count}`).join(', ')}`);
  if (kept) lines.push(`    kept: ${kept} (again: ${again})`);
  return lines;
}

function cells({ row, verdict, report, seconds }: Outcome): string[] {
  const recoveries = report?.recoveries.flatMap((recovery) => recovery.seconds ?? []) ?? [];
  const peak = Math.max(0, ...(report?.processes.map(({ mostRss }) => mostRss) ?? []));
  const counts = report?.counts;
  return [
    row.id,
    verdict,
    String(counts?.acked ?? '-'),
    String(counts?.unknown ?? '-'),
    String(counts?.resumed ?? '-'),
    String(counts?.gapFills ?? '-'),
    String(counts?.repeatsSuppressed ?? '-'),
    recoveries.length > 0 ? Math.max(...recoveries).toFixed(1) : '-',
    peak > 0 ? (peak / MEBIBYTE).toFixed(0) : '-',
    seconds.toFixed(0),
  ];
}

function align(cell: string, width: number, column: number): string {
  return column < 2 ? cell.padEnd(width) : cell.padStart(width);
}
