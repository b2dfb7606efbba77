import { describe, expect, it } from '@jest/globals';
import { Chance } from './chance.js';
import { inTurn } from './fixture.js';
import { persist } from './persistence.js';

describe('A member of the workload', () => {
  it('tries again until it is answered', async () => {
    let attempts = 0;
    const outcome = await persist({ isReady: true }, 30, async () => {
      attempts += 1;
      return attempts < 3 ? { how: 'again' } : { how: 'ok', result: attempts };
    });
    expect(outcome).toEqual({ how: 'ok', result: 3 });
  });

  it('takes a final refusal as one', async () => {
    const refused = { how: 'refused' as const, code: 'forbidden' };
    expect(await persist({ isReady: true }, 30, async () => refused)).toBe(refused);
  });

  it('gives up when its timeout ends, connected or not', async () => {
    expect(await persist({ isReady: true }, 0.3, async () => ({ how: 'again' }))).toEqual({ how: 'again' });
    let attempts = 0;
    const attempt = async () => {
      attempts += 1;
      return { how: 'ok' as const, result: null };
    };
    expect(await persist({ isReady: false }, 0.1, attempt)).toEqual({ how: 'again' });
    expect(attempts).toBe(0);
  });

  it('does the same with the same seed, and something else with the next', () => {
    const draw = (seed: number) => {
      const chance = new Chance(seed);
      return Array.from({ length: 1_000 }, () => chance.below(1_000));
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(8)).not.toEqual(draw(7));
    const mean = draw(9).reduce((sum, each) => sum + each, 0) / 1_000;
    expect(Math.abs(mean - 500)).toBeLessThan(50);
    expect(new Chance(1).pick([])).toBeNull();
  });

  it('does many things a few at a time, and keeps their order', async () => {
    let most = 0;
    let now = 0;
    const doubled = await inTurn([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], async (each) => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      return each * 2;
    });
    expect(doubled).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24]);
    expect(most).toBeLessThan(12);
  });
});
