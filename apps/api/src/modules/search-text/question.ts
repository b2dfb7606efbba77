import { SEARCH_TRAITS, type SearchTrait } from '@parley/protocol';
import { invalid } from '../../kernel/errors.js';
import { foldText } from './folding.js';
import { runsOf } from './runs.js';

/** Of one question, those of its phrases included: each may be compared at every place of a text. */
const MOST_WORDS = 32;

/** What a text has to contain, or must not. */
export interface Term {
  /** Folded, one after the other; a word that was not quoted is one part. */
  parts: readonly string[];
  /** In quotes: its words are whole. */
  isPhrase: boolean;
}

/** What was asked, in parts. All of it has to hold; of several people or conversations one. */
export interface Question {
  terms: readonly Term[];
  excluded: readonly Term[];
  /** Usernames or ids, folded; `me`. */
  from: readonly string[];
  /** Names or ids of conversations, folded. */
  within: readonly string[];
  /** Sent before this moment, in milliseconds. */
  before: number | null;
  /** Sent at this moment or later. */
  since: number | null;
  has: readonly SearchTrait[];
}

type Operator = 'from' | 'in' | 'before' | 'after' | 'on' | 'has';
type Draft = {
  -readonly [Key in keyof Question]: Question[Key] extends readonly (infer Item)[] ? Item[] : Question[Key];
};

/** A word, a phrase, or either of them behind an operator; an unclosed quote closes at the end. */
const PIECES = /(?<not>-?)(?:(?<operator>from|in|before|after|on|has):(?=[^\s]))?(?:"(?<phrase>[^"]*)"?|(?<word>\S+))/g;

/** @throws `validation_failed` for dates and kinds that are none, and for more words than one question may have. */
export function parseQuestion(q: string): Question {
  const draft: Draft = { terms: [], excluded: [], from: [], within: [], before: null, since: null, has: [] };
  for (const { groups = {} } of foldText(q).matchAll(PIECES)) {
    const { not, operator, phrase, word } = groups as { not: string } & Partial<Record<string, string>>;
    const value = (phrase ?? word ?? '').trim();
    if (!operator) addTerm(not ? draft.excluded : draft.terms, value, phrase !== undefined);
    else if (not) throw invalid('q', `-${operator}: is not understood: only words and phrases can be excluded`);
    else addOperator(draft, operator as Operator, value);
  }
  const words = [...draft.terms, ...draft.excluded].flatMap(({ parts }) => parts);
  if (words.length > MOST_WORDS) throw invalid('q', `must have at most ${MOST_WORDS} words`);
  return draft;
}

function addTerm(terms: Term[], value: string, isPhrase: boolean): void {
  const parts = (isPhrase ? value.split(/\s+/u) : [value]).map(trimmed).filter((part) => part !== '');
  if (parts.length > 0) terms.push({ parts, isPhrase });
}

/** Without what stands around a word and is not meant: commas, brackets …; `C++`, `C#`, `#tag` and `@name` keep theirs. */
function trimmed(part: string): string {
  const runs = runsOf(part);
  const [first, last] = [runs[0], runs.at(-1)];
  if (!first || !last) return '';
  const lead = /[#@]?$/.exec(part.slice(0, first.start))?.[0] ?? '';
  const trail = /^[+#%]*/.exec(part.slice(last.end))?.[0] ?? '';
  return lead + part.slice(first.start, last.end) + trail;
}

function addOperator(draft: Draft, operator: Operator, value: string): void {
  if (value === '') return;
  if (operator === 'from') draft.from.push(value.replace(/^@/, ''));
  else if (operator === 'in') draft.within.push(value.replace(/^[#@]/, ''));
  else if (operator === 'has') draft.has.push(traitOf(value));
  else narrow(draft, operator, parseMoment(value, 'q'));
}

/** @throws `validation_failed` */
function traitOf(value: string): SearchTrait {
  const trait = SEARCH_TRAITS.find((each) => each === value);
  if (!trait) throw invalid('q', `has: takes one of ${SEARCH_TRAITS.join(', ')}`);
  return trait;
}

/** Narrows a question to a stretch of time: `before` and `after` leave out the day or the moment that they name. */
export function narrow(
  draft: Pick<Draft, 'before' | 'since'>,
  operator: 'before' | 'after' | 'on',
  { from, to }: Moment,
): void {
  const until = operator === 'before' ? from : operator === 'on' ? to : null;
  const since = operator === 'after' ? to : operator === 'on' ? from : null;
  if (until !== null) draft.before = Math.min(draft.before ?? until, until);
  if (since !== null) draft.since = Math.max(draft.since ?? since, since);
}

/** A day of UTC, or a moment of a millisecond: from its first to the first after it. */
interface Moment {
  from: number;
  to: number;
}

const DAY_MS = 86_400_000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})$/;

/** @throws `validation_failed` at `path` where it is neither a day nor an ISO time with its zone. */
export function parseMoment(value: string, path: string): Moment {
  const written = value.toUpperCase();
  const from = DAY.test(written) || TIME.test(written) ? Date.parse(written) : Number.NaN;
  const isDay = DAY.test(written);
  // 31 February is read as some day of March.
  const day = written.slice(0, 10);
  const isReal = !Number.isNaN(from) && new Date(`${day}T00:00Z`).toISOString().startsWith(day);
  if (!isReal) throw invalid(path, 'dates are such as 2026-11-30 or 2026-11-30T12:00:00Z');
  return { from, to: from + (isDay ? DAY_MS : 1) };
}
