import { describe, expect, it } from '@jest/globals';
import { oneEmoji } from './emoji.js';

const refusal = (given: string): unknown => {
  try {
    return oneEmoji(given);
  } catch (fault) {
    return (fault as { code: string }).code;
  }
};

describe('one emoji', () => {
  it.each([
    ['a face', '😀'],
    ['a heart', '❤️'],
    ['a skin tone', '👍🏽'],
    ['a flag', '🇩🇪'],
    ['the flag of a region', '🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
    ['a keycap', '1️⃣'],
    ['a joined one', '🏳️‍🌈'],
    ['a family', '👨‍👩‍👧‍👦'],
    ['a couple with two skin tones', '👩🏻‍❤️‍💋‍👨🏿'],
  ])('is %s, as it was given', (_what, emoji) => {
    expect(oneEmoji(emoji)).toBe(emoji);
  });

  it.each([
    ['\u2764', '\u2764\uFE0F'],
    ['\u263A', '\u263A\uFE0F'],
    ['1\u20E3', '1\uFE0F\u20E3'],
    ['\u{1F3F3}\u200D\u{1F308}', '\u{1F3F3}\uFE0F\u200D\u{1F308}'],
    ['\u{1F469}\u200D\u2764\u200D\u{1F468}', '\u{1F469}\u200D\u2764\uFE0F\u200D\u{1F468}'],
  ])('%j counts as the emoji that keyboards mean by it', (given, spelled) => {
    expect(oneEmoji(given)).toBe(spelled);
    expect(oneEmoji(spelled)).toBe(spelled);
  });

  it.each([
    ['nothing', ''],
    ['a letter', 'a'],
    ['a digit', '1'],
    ['a number sign', '#'],
    ['a short code', ':+1:'],
    ['a word', 'like'],
    ['a space', ' '],
    ['an emoji and a space', '👍 '],
    ['two emoji', '👍👎'],
    ['the same one twice', '👍👍'],
    ['an emoji and a letter', '👍a'],
    ['half a flag', '🇩'],
    ['a flag of no country', '🇦🇦'],
    ['a skin tone on what has none', '🚗🏽'],
    ['a joiner that joins nothing', '👍\u200D'],
    ['a variation selector alone', '\uFE0F'],
    ['a combining accent on an emoji', '👍\u0301'],
    ['NUL', '\0'],
    ['an emoji and NUL', '👍\0'],
    ['half a surrogate pair', '\uD83D'],
    ['HTML', '<b>👍</b>'],
    ['a line break', '👍\n'],
    ['more than 64 bytes', '👍'.repeat(17)],
  ])('is not %s', (_what, given) => {
    expect(refusal(given)).toBe('validation_failed');
  });
});
