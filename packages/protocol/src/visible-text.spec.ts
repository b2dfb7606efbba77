import { describe, expect, it } from '@jest/globals';
import { isBlank } from './visible-text.js';

describe('isBlank', () => {
  it.each([
    '',
    ' ',
    '\t\r\n',
    '\u00a0\u2003\u3000',
    '\u200b\u200c\u200d\u2060\ufeff',
    '\u00ad\u034f\u061c',
    '\u202a\u202e\u2066',
    '\u3164\u115f\uffa0',
    '\ufe0f',
    '\u2800',
    '\u{e0001}\u{e0020}',
    '\u0001',
    '\u180e',
    '\u0301',
    '\u200d\u20e3',
    '\u{1d159}',
    '\u{13441}',
    ' '.repeat(10_000),
  ])('is true for %j', (text) => {
    expect(isBlank(text)).toBe(true);
  });

  it.each(['a', ' . ', '\u200b字', '👍', '👩\u200d🚀', 'e\u0301', '1\ufe0f\u20e3', 'หมู่', '0', '<'])(
    'is false for %j',
    (text) => {
      expect(isBlank(text)).toBe(false);
    },
  );
});
