import { ASCII } from './folding.js';
import { Memo } from './memo.js';

/**
 * What a text is made of, for a search. `word`: letters and digits of scripts that put spaces between words; `dense`: of
 * those that do not, and of Hangul, whose particles stick to their words; `symbol`: emoji and other signs beyond ASCII.
 * Everything else (spaces, punctuation) only separates.
 */
type RunKind = 'word' | 'dense' | 'symbol';

export interface Run {
  kind: RunKind;
  text: string;
  start: number;
  end: number;
}

const DENSE_SCRIPTS = ['Han', 'Hira', 'Kana', 'Bopo', 'Thai', 'Laoo', 'Khmr', 'Mymr', 'Hang'];
const DENSE = `(?=[\\p{L}\\p{M}\\p{N}])[${DENSE_SCRIPTS.map((script) => `\\p{scx=${script}}`).join('')}]`;
const WORD = `(?!${DENSE})[\\p{L}\\p{M}\\p{N}]`;
const SYMBOL = '(?=[^\\0-\\x7f])[\\p{S}\\p{Extended_Pictographic}]';

const RUNS = new RegExp(`(?<word>(?:${WORD})+)|(?<dense>(?:${DENSE})+)|(?<symbol>(?:${SYMBOL})+)`, 'gu');
const ONE = new RegExp(`^(?:(?<word>${WORD})|(?<dense>${DENSE})|(?<symbol>${SYMBOL}))`, 'u');
const DIGIT = /\p{N}/u;
const ASCII_RUNS = /[a-z0-9]+/g;

/** The runs of a folded text, in order. */
export function runsOf(folded: string): Run[] {
  const isPlain = ASCII.test(folded);
  const runs: Run[] = [];
  for (const match of folded.matchAll(isPlain ? ASCII_RUNS : RUNS)) {
    const [text] = match;
    const kind = isPlain ? 'word' : (kindIn(match.groups) ?? 'word');
    runs.push({ kind, text, start: match.index, end: match.index + text.length });
  }
  return runs;
}

function kindIn(groups: Record<string, string | undefined> | undefined): RunKind | null {
  if (groups?.word !== undefined) return 'word';
  if (groups?.dense !== undefined) return 'dense';
  return groups?.symbol === undefined ? null : 'symbol';
}

/** What a character is; null of `kind`: it only separates. */
interface CharacterClass {
  kind: RunKind | null;
  isDigit: boolean;
}

/** By code point: a text has few different characters, and a search looks at them again and again. */
const CLASSES = new Memo(10_000, (code: number): CharacterClass => {
  const character = String.fromCodePoint(code);
  return { kind: kindIn(ONE.exec(character)?.groups), isDigit: DIGIT.test(character) };
});

const classAt = (folded: string, at: number): CharacterClass => CLASSES.get(folded.codePointAt(at) ?? 0);

/** Whether what stands here is neither letter, digit nor sign. */
export const isSeparator = (folded: string, at: number): boolean => classAt(folded, at).kind === null;

/** Where the character before this place begins; a character beyond the BMP takes two units. */
function before(folded: string, at: number): number {
  return at > 1 && (folded.codePointAt(at - 2) ?? 0) > 0xffff ? at - 2 : at - 1;
}

/** Whether readers see the end of a word here and nothing that goes on: also between a number and its unit. */
export function isBoundary(folded: string, at: number): boolean {
  if (at <= 0 || at >= folded.length) return true;
  const [left, right] = [classAt(folded, before(folded, at)), classAt(folded, at)];
  if (left.kind !== right.kind) return true;
  return left.kind === 'word' ? left.isDigit !== right.isDigit : left.kind === null;
}
