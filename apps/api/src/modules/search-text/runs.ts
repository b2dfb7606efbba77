import { ASCII } from './folding.js';

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

const kindAt = (folded: string, at: number): RunKind | null =>
  kindIn(ONE.exec(String.fromCodePoint(folded.codePointAt(at) ?? 0))?.groups);

/** Where the character before this place begins; a character beyond the BMP takes two units. */
function before(folded: string, at: number): number {
  const isPair = at > 1 && /[\udc00-\udfff]/.test(folded[at - 1] ?? '') && /[\ud800-\udbff]/.test(folded[at - 2] ?? '');
  return isPair ? at - 2 : at - 1;
}

const DIGIT = /\p{N}/u;

/** Whether readers see the end of a word here and nothing that goes on: also between a number and its unit. */
export function isBoundary(folded: string, at: number): boolean {
  if (at <= 0 || at >= folded.length) return true;
  const [left, right] = [before(folded, at), at];
  const kind = kindAt(folded, left);
  if (kind !== kindAt(folded, right)) return true;
  if (kind !== 'word') return kind === null;
  return isDigit(folded, left) !== isDigit(folded, right);
}

const isDigit = (folded: string, at: number): boolean => DIGIT.test(String.fromCodePoint(folded.codePointAt(at) ?? 0));
