import { describe, expect, it } from '@jest/globals';
import { bestOf, matchOf } from './palette-match.js';

describe('what is typed into the palette', () => {
  it.each([
    ['the beginning before the beginning of a word', 'la', ['Launch room', 'Ops launch']],
    ['the beginning of a word before the middle of one', 'op', ['Dev ops', 'Shop']],
    ['a part before letters in between', 'ou', ['Group', 'Our news', 'Book of tunes']],
  ])('finds %s', (_what, typed, names) => {
    const order = names.map((name) => matchOf(name, typed));
    expect(order.every((match) => match > 0)).toBe(true);
    expect(bestOf(names.toReversed(), (name) => name, typed, 10)[0]).toBe(
      names.toSorted((a, b) => matchOf(b, typed) - matchOf(a, typed))[0],
    );
  });

  it('finds names without their accents and capitals, and by letters that stand apart', () => {
    expect(matchOf('Éva Müller', 'eva mul')).toBe(4);
    expect(matchOf('Launch room', 'lr')).toBe(1);
    expect(matchOf('Launch room', 'rl')).toBe(0);
    expect(matchOf('東京チーム', '京')).toBe(2);
  });

  it('keeps the order of those that fit equally well, and all of them where nothing is typed', () => {
    const names = ['b one', 'a one', 'c one'];
    expect(bestOf(names, (name) => name, 'one', 2)).toEqual(['b one', 'a one']);
    expect(bestOf(names, (name) => name, '  ', 10)).toEqual(names);
  });
});
