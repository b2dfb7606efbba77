import { graphemesOf } from '@parley/protocol';
import { foldCase } from '../../kernel/case-folding.js';

export const ASCII = /^[\0-\x7f]*$/;

/**
 * Marks that decorate letters: accents, stress marks, the vowel points of Hebrew and Arabic. In Cyrillic a breve or two
 * dots make another letter (й, ё, ї), and marks of other scripts are vowels or make other syllables: those stay.
 */
const DECORATIONS = new RegExp(
  [
    '(?<!\\p{Script=Cyrillic})[\\u0306\\u0308]|[',
    ...[
      '\\u0300-\\u0305',
      '\\u0307',
      '\\u0309-\\u036f',
      '\\u1ab0-\\u1aff',
      '\\u1dc0-\\u1dff',
      '\\u20d0-\\u20ff',
      '\\ufe20-\\ufe2f',
    ],
    ...['\\u0591-\\u05bd', '\\u05bf', '\\u05c1', '\\u05c2', '\\u05c4', '\\u05c5', '\\u05c7'],
    ...[
      '\\u0610-\\u061a',
      '\\u0640',
      '\\u064b-\\u065f',
      '\\u0670',
      '\\u06d6-\\u06dc',
      '\\u06df-\\u06e4',
      '\\u06e7',
      '\\u06e8',
      '\\u06ea-\\u06ed',
    ],
    ']',
  ].join(''),
  'gu',
);

/** Of signs that keyboards and editors exchange for each other. */
const [APOSTROPHES, QUOTES, DASHES] = [
  /[\u2018\u2019\u201b\u02bc\u2032]/g,
  /[\u201c-\u201f\u00ab\u00bb\u2033]/g,
  /[\u2010-\u2015\u2212]/g,
];

/** A text as it is searched: what readers take for the same is the same, on every database. */
export function foldText(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  const plain = foldCase(text).normalize('NFD').replace(DECORATIONS, '').normalize('NFC');
  return plain.replace(APOSTROPHES, "'").replace(QUOTES, '"').replace(DASHES, '-');
}

/** A folded text that knows where each part of it comes from. */
export interface Folded {
  text: string;
  /** The graphemes of the text as written from the one at `start` of the folded text to the one before `end`. */
  sourceOf(start: number, end: number): { start: number; end: number };
}

/** Folded grapheme by grapheme, so that a hit begins and ends where a reader sees a sign begin and end. */
export function foldWithSources(source: string): Folded {
  if (ASCII.test(source)) return { text: source.toLowerCase(), sourceOf: (start, end) => ({ start, end }) };
  const [starts, ends]: [number[], number[]] = [[], []];
  let [text, at] = ['', 0];
  for (const grapheme of graphemesOf(source)) {
    const folded = foldText(grapheme);
    for (let i = 0; i < folded.length; i += 1) {
      starts.push(at);
      ends.push(at + grapheme.length);
    }
    text += folded;
    at += grapheme.length;
  }
  return { text, sourceOf: (start, end) => ({ start: starts[start] ?? at, end: ends[end - 1] ?? at }) };
}
