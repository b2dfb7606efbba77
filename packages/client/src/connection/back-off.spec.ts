import { describe, expect, it } from '@jest/globals';
import { backOff } from './back-off.js';

describe('The back-off', () => {
  it('S4.36 doubles from one second to thirty, and never ends', () => {
    const shortest = [1, 2, 3, 4, 5, 6, 500].map((failures) => backOff(failures, () => 0));
    const longest = [1, 2, 3, 4, 5, 6, 500].map((failures) => backOff(failures, () => 1));
    expect(shortest).toEqual([1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
    expect(longest).toEqual([2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('scatters those who failed together', () => {
    expect(new Set(Array.from({ length: 50 }, () => backOff(3))).size).toBeGreaterThan(40);
    expect(new Set(Array.from({ length: 50 }, () => backOff(Infinity))).size).toBeGreaterThan(40);
  });
});
