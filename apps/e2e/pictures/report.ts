import { relative, resolve } from 'node:path';
import type { Likeness } from './reference.js';

/** What became of one file. */
export interface Row {
  path: string;
  fileType: string;
  /** Null: a plain file. */
  size: string | null;
  ms: number;
  peakBytes: number;
  /** Why nothing can be shown of it. */
  reason: string | null;
  /** Null where there is no thumbnail. */
  likeness: Likeness | null;
}

const MEBIBYTE = 1_048_576;
/** By which a picture is listed: colours that are seen to be others. */
const LIKE = 3;
const LISTED = 40;

function likenessOf(row: Row): string {
  if (!row.likeness) return row.reason ?? 'a plain file';
  if ('unknown' in row.likeness) return `not compared: ${row.likeness.unknown}`;
  const { mean, worst, isUpright } = row.likeness;
  return `ΔE ${mean.toFixed(2)}, worst ${worst.toFixed(1)}${isUpright ? '' : ', NOT UPRIGHT'}`;
}

export function tableRow(row: Row, directory: string): string {
  const { path, fileType, size, ms, peakBytes } = row;
  const took = ms > 0 ? `${ms} ms ${Math.round(peakBytes / MEBIBYTE)} MB` : '';
  return [relative(resolve(directory), path), fileType, size ?? '-', took, likenessOf(row)].join(' | ');
}

/** `isGood`: none went beyond the limits, and each that was compared stands upright. */
export function summary(rows: readonly Row[]): { lines: string[]; isGood: boolean } {
  const shown = rows.filter(({ likeness }) => likeness !== null);
  const compared = shown.flatMap((row) =>
    row.likeness && !('unknown' in row.likeness) ? [{ ...row, ...row.likeness }] : [],
  );
  const beyond = rows.filter(({ reason }) => /^(?:time|memory|died)/.test(reason ?? ''));
  const turned = compared.filter(({ isUpright }) => !isUpright);
  const means = compared.map(({ mean }) => mean).toSorted((a, b) => a - b);
  const unlike = compared.filter(({ mean }) => mean > LIKE).toSorted((a, b) => b.mean - a.mean);
  const most = (of: (row: Row) => number) => Math.max(0, ...rows.map(of));
  const list = (title: string, some: readonly Row[]) =>
    some.length > 0 ? [title, ...some.slice(0, LISTED).map((row) => `  ${row.path}: ${likenessOf(row)}`)] : [];
  const middle = means[Math.floor(means.length / 2)] ?? 0;
  const lines = [
    `${rows.length} files: ${shown.length} shown, ${rows.length - shown.length} plain files (${countsOf(rows)})`,
    `${compared.length} compared with ImageMagick: ΔE of the middle one ${middle.toFixed(2)}, of the worst ${(means.at(-1) ?? 0).toFixed(2)}; ${turned.length} not upright`,
    `at most ${most(({ ms }) => ms)} ms and ${Math.round(most(({ peakBytes }) => peakBytes) / MEBIBYTE)} MB; ${beyond.length} beyond the limits`,
    ...list('Not upright:', turned),
    ...list(`ΔE over ${LIKE}:`, unlike),
    ...list('Beyond the limits:', beyond),
  ];
  return { lines, isGood: beyond.length === 0 && turned.length === 0 };
}

/** Why there are plain files, by what they were taken for. */
function countsOf(rows: readonly Row[]): string {
  const counts = new Map<string, number>();
  for (const { likeness, reason, fileType } of rows) {
    if (likeness) continue;
    const why = reason ? `${fileType} that cannot be decoded` : fileType;
    counts.set(why, (counts.get(why) ?? 0) + 1);
  }
  return [...counts].map(([why, count]) => `${count} ${why}`).join(', ');
}
