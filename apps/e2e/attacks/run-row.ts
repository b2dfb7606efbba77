import { inspect } from 'node:util';
import { before, faultsAfter } from './post-conditions.js';
import type { Row } from './row.contract.js';
import type { Figure, Target } from './target.js';

export interface Outcome {
  row: Row;
  /** `needs own node`: it was not played. */
  verdict: 'held' | 'failed' | 'needs own node';
  failures: string[];
  figures: Figure[];
  seconds: number;
}

/** Plays one row and what has to hold after every row. Never throws. */
export async function runRow(row: Row, target: Target, probeMs?: number): Promise<Outcome> {
  const began = performance.now();
  if (row.needs && !target.own) return { row, verdict: 'needs own node', failures: [], figures: [], seconds: 0 };
  target.begin();
  const failures = await play(row, target, probeMs).catch((fault: unknown) => [`It broke off: ${inspect(fault)}`]);
  target.end();
  const all = [...target.failures, ...failures];
  const seconds = (performance.now() - began) / 1_000;
  return { row, verdict: all.length > 0 ? 'failed' : 'held', failures: all, figures: target.figures, seconds };
}

async function play(row: Row, target: Target, probeMs?: number): Promise<string[]> {
  const was = await before(target);
  await row.run(target);
  return faultsAfter(row, target, was, probeMs);
}
