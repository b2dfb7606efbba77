/** What a look at one thing has found, as a sentence for whoever runs the deployment. */
export interface Finding {
  /** `database`, `redis` … */
  of: string;
  /** `doubtful`: it works, and may not be what was meant. */
  is: 'good' | 'doubtful' | 'wrong';
  sentence: string;
}

/** Where nothing was asked of a part yet, a check that does not apply finds nothing. */
export type Check<Facts> = (facts: Facts) => Omit<Finding, 'of'> | null;

export const good = (sentence: string) => ({ is: 'good', sentence }) as const;
export const doubtful = (sentence: string) => ({ is: 'doubtful', sentence }) as const;
export const wrong = (sentence: string) => ({ is: 'wrong', sentence }) as const;

export function findingsOf<Facts>(of: string, facts: Facts, checks: readonly Check<Facts>[]): Finding[] {
  return checks.flatMap((check) => {
    const found = check(facts);
    return found === null ? [] : [{ of, ...found }];
  });
}

/** A line each, and how many of each kind. */
export function reportOf(findings: readonly Finding[]): { text: string; code: number } {
  const lines = findings.map(({ of, is, sentence }) => `${is.padEnd(9)} ${of.padEnd(9)} ${sentence}`);
  const count = (kind: Finding['is']) => findings.filter(({ is }) => is === kind).length;
  const sum = `${count('good')} good, ${count('doubtful')} doubtful, ${count('wrong')} wrong`;
  return { text: [...lines, sum].join('\n'), code: count('wrong') === 0 ? 0 : 1 };
}
