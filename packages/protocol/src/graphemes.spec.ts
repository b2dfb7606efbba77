import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cutBetweenGraphemes, firstGraphemes } from './graphemes.js';

const FAMILY = '👩‍👩‍👧';
const FLAG = '🇩🇪';

describe('firstGraphemes', () => {
  it.each([
    ['abc', 2, 'ab'],
    ['abc', 3, 'abc'],
    ['abc', 0, ''],
    ['ab\r\nc', 3, 'ab\r\n'],
    [`a${FAMILY}b`, 2, `a${FAMILY}`],
    [`${FLAG}${FLAG}`, 1, FLAG],
    ['e\u0301\u0302x', 1, 'e\u0301\u0302'],
    ['ab\u0301', 2, 'ab\u0301'],
    ['👍🏽👍', 1, '👍🏽'],
    ['a\u00adb', 2, 'a\u00ad'],
  ])('of %j, %i: %j', (text, count, cut) => {
    expect(firstGraphemes(text, count)).toBe(cut);
  });
});

describe('cutBetweenGraphemes', () => {
  it.each([
    ['abc', 2, 'ab'],
    ['x'.repeat(99) + '😀', 100, 'x'.repeat(99)],
    [`ab${FLAG}`, 5, 'ab'],
    [`ab${FLAG}`, 6, `ab${FLAG}`],
    [FAMILY, 4, ''],
  ])('of %j, %i: %j', (text, length, cut) => {
    expect(cutBetweenGraphemes(text, length)).toBe(cut);
  });
});

it('both cut where a grapheme ends, and leave well-formed text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.nat(60), (text, limit) => {
      const first = firstGraphemes(text, limit);
      const cut = cutBetweenGraphemes(text, limit);
      for (const each of [first, cut]) expect([text.startsWith(each), each.isWellFormed()]).toEqual([true, true]);
      expect(cut.length).toBeLessThanOrEqual(limit);
      expect(firstGraphemes(first, limit)).toBe(first);
      expect(first.length).toBeGreaterThanOrEqual(Math.min(text.length, limit));
    }),
  );
});
