import { describe, expect, it } from '@jest/globals';
import { plainText } from './plain-text.js';

const FAMILY = '👨‍👩‍👧';

describe('A message in one line', () => {
  it('has its words without their Markdown', () => {
    expect(plainText('**so**, `then`:\n\n- one\n- two\n> three', 40)).toBe('so, then: one, two three');
  });

  it('is cut between graphemes, wherever the cut falls', () => {
    const text = `${FAMILY}🇩🇪e\u0301👍🏽`.repeat(8);
    const graphemes = [FAMILY, '🇩🇪', 'e\u0301', '👍🏽'];
    for (let longest = 1; longest < 32; longest += 1) {
      const expected = Array.from({ length: longest }, (_, index) => graphemes[index % 4]).join('');
      expect(plainText(text, longest)).toBe(expected);
    }
  });

  it('has the text that follows a long beginning of which nothing is drawn', () => {
    expect(plainText(`${'\n'.repeat(500)}here`, 20)).toBe('here');
    expect(plainText(`${'**'.repeat(3)}${'> '.repeat(90)}deep`, 20)).not.toBe('');
  });
});
