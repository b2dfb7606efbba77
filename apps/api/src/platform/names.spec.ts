import { describe, expect, it } from '@jest/globals';
import { isName, normalizedName, sanitizedName } from './names.js';

describe('names', () => {
  it.each(['Ann', 'Zoë', '李小龍', '👩‍👩‍👧', 'a'.repeat(100), '  Ann  ', 'O’Neil-Śmith'])('accepts %j', (name) => {
    expect(isName(name)).toBe(true);
  });

  it.each([
    ['', 'nothing'],
    ['   ', 'spaces'],
    ['\u200b\u200d', 'zero width'],
    ['\u3164', 'a filler that is drawn empty'],
    ['\u2800\u115f', 'the empty Braille cell'],
    ['\u0301', 'an accent on nothing'],
    ['a\nb', 'a line end'],
    ['a\u2028b', 'a line separator'],
    ['a\u0000b', 'NUL'],
    ['a\u202eb', 'a direction override'],
    ['a\u2067b', 'a direction isolate'],
    ['\ud800', 'half a character'],
    ['a'.repeat(101), '101 characters'],
    [7, 'a number'],
  ])('attack 50: refuses %j (%s)', (name: unknown, _why) => {
    expect(isName(name)).toBe(false);
  });

  it('stores them composed and trimmed', () => {
    expect(normalizedName(' Zoe\u0308 ')).toBe('Zoë');
  });

  it.each([
    ['a\u202eb\n', 'a b'],
    ['x'.repeat(99) + '😀', 'x'.repeat(99)],
    ['x'.repeat(98) + '🇩🇪', 'x'.repeat(98)],
    [' \u200b', null],
    [undefined, null],
  ])('salvages of %j what it can', (name, kept) => {
    expect(sanitizedName(name)).toBe(kept);
  });

  it('are not composed at any length: a frame full of accents would take seconds', () => {
    const before = process.cpuUsage();
    const accents = `a${'\u0301\u0316'.repeat(60_000)}`;
    expect(isName(accents)).toBe(false);
    expect(sanitizedName(accents)).toBeNull();
    // In microseconds of this process, whatever else runs.
    const { user, system } = process.cpuUsage(before);
    expect(user + system).toBeLessThan(1_500_000);
  });
});
