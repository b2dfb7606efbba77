import { describe, expect, it } from '@jest/globals';
import { LIMITS } from '@parley/protocol';
import { EMOJI_GROUPS, searchEmoji } from './emoji-list.js';
import { QUICK_EMOJI } from './quick-emoji.js';

const ALL = EMOJI_GROUPS.flatMap(({ emoji }) => emoji);
const glyphs = (query: string) => searchEmoji(query).flatMap(({ emoji }) => emoji.map(({ glyph }) => glyph));

describe('The list of emoji', () => {
  it('M2: holds each emoji once, as the server takes it, with a name', () => {
    const wrong = ALL.filter(({ glyph, name, words }) => {
      const bytes = new TextEncoder().encode(glyph).length;
      const emoji = new RegExp('^\\p{RGI_Emoji}$', 'v').test(glyph);
      return (
        !emoji ||
        glyph !== glyph.normalize('NFC') ||
        bytes > LIMITS.emojiBytes ||
        !/^[a-z ]+$/.test(name) ||
        !words.startsWith(name)
      );
    });
    expect(wrong).toEqual([]);
    expect(new Set(ALL.map(({ glyph }) => glyph)).size).toBe(ALL.length);
    expect(ALL.length).toBeGreaterThan(250);
  });

  it('C4: contains the emoji that are offered without the picker', () => {
    expect(ALL.map(({ glyph }) => glyph)).toEqual(expect.arrayContaining([...QUICK_EMOJI]));
  });

  it('C4: is searched by the beginnings of words, in any order and case', () => {
    expect(glyphs('rocket')).toEqual(['🚀']);
    expect(glyphs('ROCK')).toEqual(['🚀', '🤘']);
    expect(glyphs('ship deploy')).toEqual(['🚀']);
    expect(glyphs('up thumb')).toEqual(['👍']);
    expect(glyphs(':tada')).toEqual(['🎉']);
    expect(glyphs('🦀')).toEqual(['🦀']);
    expect(glyphs('qqq')).toEqual([]);
  });

  it('C4: shows names that begin with the words first', () => {
    expect(glyphs('heart').slice(0, 3)).toEqual(['❤️', '😍', '🫶']);
    expect(glyphs('heart')).toContain('💔');
  });

  it('C4: without a word shows all, the most frequent first', () => {
    expect(searchEmoji('  ')).toBe(EMOJI_GROUPS);
    expect(EMOJI_GROUPS[0]).toMatchObject({ name: 'Most used' });
    expect(EMOJI_GROUPS[0]?.emoji).toHaveLength(12);
  });
});
