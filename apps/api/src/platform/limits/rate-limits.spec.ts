import { beforeEach, describe, expect, it } from '@jest/globals';
import { readEnvironment } from '../../config/environment.js';
import { RateLimits } from './rate-limits.js';

describe('the rate limits', () => {
  const clock = { now: 0 };
  let spent: string[];
  let limits: RateLimits;
  const withSettings = (env: Record<string, string> = {}) =>
    new RateLimits(readEnvironment(env), { budgetSpent: (name) => void spent.push(name) }, () => clock.now);
  const send = (user = 'ada') =>
    limits.chargeAll([
      { name: 'sends', key: user },
      { name: 'bursts', key: user },
    ]);

  beforeEach(() => {
    clock.now = 0;
    spent = [];
    limits = withSettings();
  });

  it('S4.18: let through ten sends at once, and so many that no minute has more than 110 % of 120', () => {
    const accepted: number[] = [];
    for (; clock.now < 180_000; clock.now += 50) while (send()?.refusal === null) accepted.push(clock.now);
    expect(accepted.filter((at) => at === 0)).toHaveLength(10);
    const most = accepted.map((from) => accepted.filter((at) => at >= from && at < from + 60_000).length);
    expect(Math.max(...most)).toBeLessThanOrEqual(132);
    // And no fewer in the long run.
    expect(accepted.length).toBeGreaterThanOrEqual(120 * 3);
  });

  it('tell a refused one when it will be taken, and take nothing for it', () => {
    while (send()?.refusal === null);
    const retryAfterMs = send()?.refusal?.extra.retryAfterMs ?? 0;
    expect(retryAfterMs).toBeGreaterThan(0);
    clock.now += retryAfterMs - 1;
    expect(send()?.refusal).not.toBeNull();
    clock.now += 1;
    expect(send()?.refusal).toBeNull();
    expect(send('bob')?.refusal).toBeNull();
  });

  it('take the cost of all budgets or of none, and count what was refused by the budget of which least is left', () => {
    for (let i = 0; i < 14; i += 1, clock.now += 100) send();
    const { remaining } = limits.charge('bursts', 'ada') ?? { remaining: 0 };
    expect(send()).toMatchObject({ budget: 'sends', refusal: { code: 'rate_limited' } });
    expect(limits.charge('bursts', 'ada')?.remaining).toBe(remaining - 1);
    expect(spent).toEqual(['sends']);
  });

  it('give back what was taken, and never more than there is', () => {
    limits.charge('sessions', 'ada', 5);
    limits.refund('sessions', 'ada', 9);
    expect(limits.charge('sessions', 'ada')).toEqual({
      budget: 'sessions',
      limit: 20,
      remaining: 19,
      resetMs: 1_000,
      refusal: null,
    });
  });

  it('refuse nothing and answer nothing where they are off', () => {
    limits = withSettings({ RATE_LIMITS: 'off' });
    expect(Array.from({ length: 1_000 }, () => send()).every((charge) => charge === null)).toBe(true);
    expect(limits.limitOf('sends')).toBeNull();
  });
});
