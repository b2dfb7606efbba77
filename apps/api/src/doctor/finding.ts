/** What a look at one thing has found, as a sentence for whoever runs the deployment. */
export interface Finding {
  /** `database`, `redis` … */
  part: string;
  /** `warning`: it works, and may not be what was meant. */
  level: 'ok' | 'warning' | 'error';
  sentence: string;
}

/** What a check of one part finds, which does not say which part that is. */
export type Found = Omit<Finding, 'part'>;

/** Where nothing was asked of a part yet, a check that does not apply finds nothing. */
export type Check<Facts> = (facts: Facts) => Found | null;

export const ok = (sentence: string) => ({ level: 'ok', sentence }) as const;
export const warning = (sentence: string) => ({ level: 'warning', sentence }) as const;
export const error = (sentence: string) => ({ level: 'error', sentence }) as const;

export function findingsOf<Facts>(part: string, facts: Facts, checks: readonly Check<Facts>[]): Finding[] {
  return checks.flatMap((check) => {
    const found = check(facts);
    return found === null ? [] : [{ part, ...found }];
  });
}

/** A line each, and how many of each kind. */
export function reportOf(findings: readonly Finding[]): { text: string; code: number } {
  const lines = findings.map(({ part, level, sentence }) => `${level.padEnd(9)} ${part.padEnd(9)} ${sentence}`);
  const count = (kind: Finding['level']) => findings.filter(({ level }) => level === kind).length;
  const sum = `${count('ok')} ok, ${count('warning')} warnings, ${count('error')} errors`;
  return { text: [...lines, sum].join('\n'), code: count('error') === 0 ? 0 : 1 };
}
