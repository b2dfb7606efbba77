import type { SearchTrait } from '@parley/protocol';
import { foldText } from './folding.js';
import { Memo } from './memo.js';
import { isBoundary, type Run, runsOf } from './runs.js';

/**
 * Characters of a token at most. Longer words are found by several of them, so this bounds what a message costs: a
 * token for each place in a word, however long.
 */
export const TOKEN_LENGTH = 8;
/** Parts within a word are found from so many characters; shorter ones only where a word begins. */
export const LEAST_PART = 3;
/**
 * Of what follows in a number: two or three of its digits, from every second place. Numbers are seldom written twice, so
 * with tokens as long as those of words each would bring a dozen of its own into the index.
 */
const [DIGITS_LENGTH, DIGITS_STEP] = [3, 2];
/** Before what begins a word: no token of a text begins with a sign of ASCII otherwise. */
const AT_START = '^';

/** What a message is found by besides its text. */
export interface Findable {
  content: string;
  type: string;
  senderId: string;
  /** Whether it may mention somebody. */
  mentions: boolean;
}

export const traitToken = (trait: SearchTrait): string => `!${trait}`;
export const senderToken = (userId: string): string =>
  `!${Buffer.from(userId.replaceAll('-', ''), 'hex').toString('base64url')}`;

const [DIGIT, NO_DIGIT] = [/\p{N}/u, /\P{N}/u];
const LINK = /\bhttps?:\/\/[^\s/]|\bwww\.[^\s.]+\.[^\s]/i;

/**
 * The tokens of a message with a space between them; some may be there twice. Of a word its beginning and what begins at
 * every later place of it; of a number its beginning and groups of its digits; of scripts without spaces each two
 * neighbours, and the last character.
 */
export function tokensOf({ content, type, senderId, mentions }: Findable): string {
  let tokens = SENDERS.get(senderId);
  if (LINK.test(content)) tokens += ` ${traitToken('link')}`;
  if (mentions) tokens += ` ${traitToken('mention')}`;
  if (type === 'image' || type === 'file') tokens += ` ${traitToken(type)}`;
  for (const { kind, text } of runsOf(foldText(content))) {
    const made = kind === 'word' ? tokensOfWord(text) : neighbours(text).join(' ');
    if (made !== '') tokens += ` ${made}`;
  }
  return tokens;
}

/** People use the same words again and again; those that they used lately need no work. */
const MOST_REMEMBERED = 5_000;
const LONGEST_REMEMBERED = 36;
const SENDERS = new Memo(MOST_REMEMBERED, senderToken);
const WORDS = new Memo(MOST_REMEMBERED, computeTokens);

function tokensOfWord(word: string): string {
  // Numbers and long ids do not come again.
  return word.length > LONGEST_REMEMBERED || DIGIT.test(word) ? computeTokens(word) : WORDS.get(word);
}

function computeTokens(word: string): string {
  const characters = charactersOf(word);
  if (!NO_DIGIT.test(word)) return [AT_START + sliced(characters, 0, TOKEN_LENGTH), ...groups(characters, 2)].join(' ');
  const isMixed = DIGIT.test(word);
  const tokens: string[] = [];
  for (let at = 0, unit = 0; at < characters.length; unit += characters[at]?.length ?? 1, at += 1) {
    const begins = at === 0 || (isMixed && isBoundary(word, unit));
    const token = sliced(characters, at, at + TOKEN_LENGTH);
    if (begins) tokens.push(AT_START + token);
    else if (characters.length - at >= LEAST_PART) tokens.push(token);
  }
  return tokens.join(' ');
}

/** Of a number, from every second place on; the last one may be of two digits. */
function groups(digits: Characters, from: number): string[] {
  const found: string[] = [];
  for (let at = from; at + 1 < digits.length; at += DIGITS_STEP) found.push(sliced(digits, at, at + DIGITS_LENGTH));
  return found;
}

/** Each two neighbours of a run and its last character, so that every character begins one of them. */
function neighbours(text: string): string[] {
  const characters = charactersOf(text);
  return characters.map((each, i) => each + (characters[i + 1] ?? ''));
}

/** By code points; of what has none beyond the BMP the text itself will do. */
const charactersOf = (text: string): Characters => (BEYOND.test(text) ? Array.from(text) : text.split(''));
const BEYOND = /[\ud800-\udfff]/;
type Characters = readonly string[];

const sliced = (characters: Characters, from: number, to: number): string => characters.slice(from, to).join('');

/** A condition on tokens, in the language of `tsquery`; it holds for every text in which such a run is found. */
export function runCondition({ kind, text }: Pick<Run, 'kind' | 'text'>, isWordStart: boolean): string {
  const characters = charactersOf(text);
  if (kind !== 'word') {
    const pairs = neighbours(text).slice(0, -1);
    return pairs.length > 0 ? all(pairs.map(exactly)) : beginning(text);
  }
  const first = sliced(characters, 0, TOKEN_LENGTH);
  const start = beginning(AT_START + first);
  const isStart = isWordStart || characters.length < LEAST_PART;
  const inWord = all([isStart ? start : `(${start} | ${beginning(first)})`, ...laterPieces(characters)]);
  if (NO_DIGIT.test(text)) return inWord;
  // In a word that has letters, too, or in a number: it begins there, or at an even or an odd place of it.
  const inNumber = [all([start, ...groupConditions(characters, 2)])];
  if (!isStart) inNumber.push(all(groupConditions(characters, 0)), all(groupConditions(characters, 1)));
  return `(${[inWord, ...inNumber].join(' | ')})`;
}

/** For the tokens of a number in which these digits stand; what their last one ends may go on. */
const groupConditions = (digits: Characters, from: number): string[] =>
  groups(digits, from).map((group) => (group.length < DIGITS_LENGTH ? beginning(group) : exactly(group)));

/** Of a run that is longer than a token: what follows, in as few tokens as cover it. */
function laterPieces(characters: Characters): string[] {
  const pieces: string[] = [];
  for (let at = TOKEN_LENGTH; at < characters.length; at += TOKEN_LENGTH) {
    const from = Math.min(at, characters.length - TOKEN_LENGTH);
    const piece = sliced(characters, from, from + TOKEN_LENGTH);
    pieces.push(`(${exactly(AT_START + piece)} | ${exactly(piece)})`);
  }
  return pieces;
}

export const all = (conditions: readonly string[]): string => conditions.join(' & ');
export const exactly = (token: string): string => `'${token.replace(/['\\]/g, '$&$&')}'`;
const beginning = (token: string): string => `${exactly(token)}:*`;
