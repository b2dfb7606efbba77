import { describe, expect, it } from '@jest/globals';
import { LIMITS } from '@parley/protocol';
import { withOneLess, withOneMore } from './reaction-counts.js';

const two = [
  { emoji: '👍', count: 1 },
  { emoji: '🎉', count: 3 },
];

describe('the counts of reactions', () => {
  it('S4.23: stand in the order in which each kind came first', () => {
    expect(withOneMore(two, '👍')).toEqual([
      { emoji: '👍', count: 2 },
      { emoji: '🎉', count: 3 },
    ]);
    expect(withOneMore(two, '❤️')).toEqual([...two, { emoji: '❤️', count: 1 }]);
    expect(withOneMore([], '❤️')).toEqual([{ emoji: '❤️', count: 1 }]);
  });

  it('S4.23: lose a kind with the last who gave it', () => {
    expect(withOneLess(two, '👍')).toEqual([{ emoji: '🎉', count: 3 }]);
    expect(withOneLess(two, '🎉')).toEqual([
      { emoji: '👍', count: 1 },
      { emoji: '🎉', count: 2 },
    ]);
    expect(withOneLess(two, '❤️')).toEqual(two);
  });

  it('are of twenty kinds at most, each of which may still grow', () => {
    const full = Array.from({ length: LIMITS.reactionKinds }, (_, i) => ({ emoji: `${i}`, count: 1 }));
    expect(withOneMore(full, 'another')).toBeNull();
    expect(withOneMore(full, '7')?.[7]).toEqual({ emoji: '7', count: 2 });
    expect(withOneMore(full.slice(1), 'another')).toHaveLength(LIMITS.reactionKinds);
  });
});
