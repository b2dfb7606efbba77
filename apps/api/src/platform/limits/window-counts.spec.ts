import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { WindowCounts } from './window-counts.js';

describe('counts within a window', () => {
  let now = 0;
  beforeEach(() => void jest.spyOn(performance, 'now').mockImplementation(() => now));
  afterEach(() => void jest.restoreAllMocks());

  it('return what is left to each key, and drop each count when its time is over', () => {
    const counts = new WindowCounts(2, 1_000, 10);
    expect(counts.left('a')).toEqual({ limit: 2, remaining: 2, resetMs: 0 });
    counts.add('a');
    now += 400;
    counts.add('a');
    counts.add('a');
    expect(counts.left('a')).toEqual({ limit: 2, remaining: 0, resetMs: 600 });
    expect(counts.left('b')).toMatchObject({ remaining: 2 });
    now += 600;
    expect(counts.left('a')).toEqual({ limit: 2, remaining: 0, resetMs: 400 });
    now += 400;
    expect(counts.left('a')).toMatchObject({ remaining: 2 });
  });

  it('forget the keys that were counted longest ago where there are too many', () => {
    const counts = new WindowCounts(1, 1_000, 2);
    for (const key of ['a', 'b', 'a', 'c']) counts.add(key);
    expect(['a', 'b', 'c'].map((key) => counts.left(key).remaining)).toEqual([0, 1, 0]);
  });
});
