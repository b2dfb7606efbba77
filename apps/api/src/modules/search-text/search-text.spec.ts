import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CORPUS } from '../../../test/search-corpus.js';
import { text } from '../../../test/written-text.js';
import { foldText, foldWithSources } from './folding.js';
import { Matcher } from './matcher.js';
import { parseQuestion } from './question.js';
import { TOKEN_LENGTH, tokensOf } from './tokens.js';

const SENDER = '018f0000-0000-7000-8000-000000000000';
const tokens = (content: string) => tokensOf({ content, type: 'text', senderId: SENDER, mentions: false }).split(' ');

/** What Postgres would say of such a condition: `&` binds before `|`. */
function holds(condition: string, of: readonly string[]): boolean {
  const isThere = (_: string, quoted: string, isPrefix?: string) => {
    const token = quoted.replace(/''|\\\\/g, (pair) => pair.charAt(0));
    return of.some((each) => (isPrefix ? each.startsWith(token) : each === token)) ? 'y' : 'n';
  };
  const any = (parts: string) => parts.split('|').some((part) => !part.includes('n'));
  let flat = condition.replace(/'((?:''|\\\\|[^'\\])*)'(:\*)?/g, isThere);
  while (flat.includes('(')) flat = flat.replace(/\(([^()]*)\)/g, (_, inner: string) => (any(inner) ? 'y' : 'n'));
  expect(flat).toMatch(/^[yn&| ]*$/);
  return any(flat);
}

function answerOf(content: string, q: string): { found: boolean; byTokens: boolean } {
  const matcher = new Matcher(parseQuestion(q));
  const byTokens = matcher.conditions([]).every((condition) => holds(condition, tokens(content)));
  return { found: matcher.finds(content), byTokens };
}

describe('searching a text', () => {
  it.each(CORPUS.map((each) => [each.about, each] as const))('S4.29: %s', (_, { text: content, q, found }) => {
    const answer = answerOf(content, q);
    expect(answer.found).toBe(found);
    if (found) expect(answer.byTokens).toBe(true);
  });

  it('S4.29: every word of the longest message is found, also the last one and parts of it', () => {
    for (const filler of ['word ', 'слово ', '漢字', 'x', 'ж', '\u{10330}']) {
      const room = 10_240 - Buffer.byteLength(' lastness');
      const content = `${filler.repeat(Math.floor(room / Buffer.byteLength(filler)))} lastness`;
      for (const q of ['lastness', 'astn', content.slice(0, 120)]) {
        expect(answerOf(content, q)).toEqual({ found: true, byTokens: true });
      }
    }
  });

  it('G8: tokens are short, whole and without spaces, and no more than the text has characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (content) => {
        const all = tokens(content.toWellFormed());
        expect(all.every((each) => each.isWellFormed() && !/[\s\0]/u.test(each) && each !== '')).toBe(true);
        const ofText = new Set(all.filter((each) => !each.startsWith('!')));
        expect([...ofText].every((each) => Array.from(each).length <= TOKEN_LENGTH + 1)).toBe(true);
        expect(ofText.size).toBeLessThanOrEqual(Array.from(foldText(content.toWellFormed())).length);
      }),
    );
  });

  it('S4.29: whatever is written, what is found of it has the tokens, too', () => {
    const asked = fc.tuple(text, fc.nat(12), fc.integer({ min: 1, max: 12 }));
    const isTold = fc.property(asked, fc.boolean(), ([content, from, length], isQuoted) => {
      const part = Array.from(content)
        .slice(from, from + length)
        .join('');
      const q = isQuoted ? `"${part.replaceAll('"', '')}"` : part.replace(/(^|\s)-+|:|"/g, '$1');
      const { found, byTokens } = answerOf(content, q);
      // A part of a word may be too short to be found.
      return !found || byTokens;
    });
    expect(() => fc.assert(isTold, { numRuns: 3_000 })).not.toThrow();
  });

  it('S4.29: numbers are found by every part of three digits or more, and bring few tokens of their own', () => {
    const digits = fc.stringMatching(/^[0-9]{3,20}$/);
    const parts = fc.property(digits, fc.nat(17), fc.integer({ min: 3, max: 20 }), (number, from, length) => {
      const q = number.slice(from, from + length);
      fc.pre(q.length >= 3);
      for (const content of [number, `x${number}`, `${number}kg`, `in ${number}.5`])
        expect(answerOf(content, q)).toEqual({ found: true, byTokens: true });
    });
    fc.assert(parts, { numRuns: 1_000 });
    const own = tokens('176438001234567').filter((each) => Array.from(each).length > 3 && !each.startsWith('!'));
    expect(own).toEqual(['^17643800']);
    expect(answerOf('176438001234567', '8001243').byTokens).toBe(false);
  });

  it('S4.29: pieces are the text again, and begin and end where signs do', () => {
    const segments = (content: string, q: string) => new Matcher(parseQuestion(q)).segments(content);
    expect(segments('Ein Café, ein cafe\u0301!', 'cafe')).toEqual([
      { text: 'Ein ', match: false },
      { text: 'Café', match: true },
      { text: ', ein ', match: false },
      { text: 'cafe\u0301', match: true },
      { text: '!', match: false },
    ]);
    expect(segments('a \ufb01sh', 'fis')).toEqual([
      { text: 'a ', match: false },
      { text: '\ufb01s', match: true },
      { text: 'h', match: false },
    ]);
    expect(segments('ok \u{1f44d}\u{1f3fd}', '\u{1f44d}').at(-1)).toEqual({ text: '\u{1f44d}\u{1f3fd}', match: true });
    expect(segments('abcabc', 'abca cab')).toEqual([
      { text: 'abcab', match: true },
      { text: 'c', match: false },
    ]);
    fc.assert(
      fc.property(text, fc.nat(5), (content, from) => {
        const q = content
          .slice(from, from + 3)
          .toWellFormed()
          .replace(/[":-]/g, ' ');
        expect(
          segments(content, q)
            .map((each) => each.text)
            .join(''),
        ).toBe(content);
      }),
    );
  });

  it('S4.29: a text is folded as its signs are', () => {
    fc.assert(
      fc.property(text, (content) => {
        expect(foldWithSources(content).text).toBe(foldText(content));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a question', () => {
  it('S4.29: operators narrow it, whatever their case; what is none is text', () => {
    const question = parseQuestion(
      'From:Ada in:"Project X" has:LINK on:2026-11-30 before:2026-12-24T12:00:00+01:00 note:this "a b" -c',
    );
    expect(question).toEqual({
      terms: [
        { parts: ['note:this'], isPhrase: false },
        { parts: ['a', 'b'], isPhrase: true },
      ],
      excluded: [{ parts: ['c'], isPhrase: false }],
      from: ['ada'],
      within: ['project x'],
      has: ['link'],
      since: Date.parse('2026-11-30'),
      before: Date.parse('2026-12-01'),
    });
    expect(parseQuestion('after:2026-11-30').since).toBe(Date.parse('2026-12-01'));
    expect(parseQuestion('from: x').terms).toHaveLength(2);
  });

  it.each([
    'before:yesterday',
    'after:2026-13-01',
    'on:2026-02-31',
    'on:2026-11-30T25:00Z',
    'before:2026-11-30T12:00',
    'has:cheese',
    '-from:ada',
    'w '.repeat(33),
    `"${'w '.repeat(33)}"`,
    `"${'w '.repeat(20)}" ${'-w '.repeat(13)}`,
  ])('S4.29 A60: %s is refused with a sentence', (q) => {
    expect(() => parseQuestion(q)).toThrow(expect.objectContaining({ code: 'validation_failed' }));
  });

  it('S4.29: signs alone ask for nothing', () => {
    for (const q of ['', '  ', '???', '-', '""', '"', '- -- "?"', '"""', "';--"]) {
      expect(parseQuestion(q)).toMatchObject({ terms: [], excluded: [] });
    }
  });
});
