import type { Asker } from './asker.js';
import type { Question } from './calls.js';

/** The promised ratio of the medians. */
export const MOST_RATIO = 1.5;

export interface Side {
  asker: Asker;
  questions: Question[];
}

interface Figures {
  median: number;
  p95: number;
  /** Of the answers, on average: what is compared has to be about as long. */
  bytes: number;
}

export interface Comparison {
  name: string;
  small: Figures;
  large: Figures;
  /** Of the medians, large to small. */
  ratio: number;
}

/**
 * Makes each call on both sides in turn, so that a slow moment of the machine meets both; which of them is first
 * changes with every turn. Milliseconds.
 */
export async function compare(small: Side, large: Side, turns: number): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const [index, { name }] of small.questions.entries()) {
    const samples = { small: new Samples(), large: new Samples() };
    const warmup = Math.ceil(turns / 10);
    for (let turn = -warmup; turn < turns; turn += 1) {
      const inTurn = [['small', small] as const, ['large', large] as const];
      if (turn % 2 !== 0) inTurn.reverse();
      for (const [which, { asker, questions }] of inTurn) {
        const answer = await asker.ask((questions[index] as Question).call(turn + warmup));
        if (turn >= 0) samples[which].add(answer.milliseconds, answer.bytes);
      }
    }
    const figures = { small: samples.small.figures(), large: samples.large.figures() };
    comparisons.push({ name, ...figures, ratio: figures.large.median / figures.small.median });
  }
  return comparisons;
}

class Samples {
  private readonly times: number[] = [];
  private bytes = 0;

  add(milliseconds: number, bytes: number): void {
    this.times.push(milliseconds);
    this.bytes += bytes;
  }

  figures(): Figures {
    const sorted = this.times.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0;
    return { median: at(0.5), p95: at(0.95), bytes: Math.round(this.bytes / sorted.length) };
  }
}
