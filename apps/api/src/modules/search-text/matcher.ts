import type { SearchSegment, SearchTrait } from '@parley/protocol';
import { foldText, foldWithSources } from './folding.js';
import type { Term } from './question.js';
import { isBoundary, isSeparator, type Run, runsOf } from './runs.js';
import { all, exactly, LEAST_PART, runCondition, traitToken } from './tokens.js';

/** Of the folded text, from `start` to before `end`. */
interface Hit {
  start: number;
  end: number;
}

/** Hits of one term in one text at most; the others are not marked. */
const MOST_HITS = 100;

/** What decides whether a text is found, made once a question. */
export class Matcher {
  private readonly terms: readonly PreparedTerm[];
  private readonly excluded: readonly PreparedTerm[];

  constructor(question: { terms: readonly Term[]; excluded: readonly Term[] }) {
    this.terms = question.terms.map((term) => new PreparedTerm(term));
    this.excluded = question.excluded.map((term) => new PreparedTerm(term));
  }

  /** Each as `tsquery`: they hold for every text that is found, and together for few others. */
  conditions(has: readonly SearchTrait[]): string[] {
    return [...has.map((trait) => exactly(traitToken(trait))), ...this.terms.map((term) => term.condition())];
  }

  finds(content: string): boolean {
    const folded = foldText(content);
    return this.terms.every((term) => term.isIn(folded)) && !this.excluded.some((term) => term.isIn(folded));
  }

  /** All of the text, cut where hits begin and end; they begin and end where signs do. */
  segments(content: string): SearchSegment[] {
    const folded = foldWithSources(content);
    const hits = this.terms.flatMap((term) => term.hits(folded.text, MOST_HITS));
    const places = hits.map(({ start, end }) => folded.sourceOf(start, end)).sort((a, b) => a.start - b.start);
    const segments: SearchSegment[] = [];
    let at = 0;
    for (const { start, end } of merged(places)) {
      if (start > at) segments.push({ text: content.slice(at, start), match: false });
      segments.push({ text: content.slice(start, end), match: true });
      at = end;
    }
    if (at < content.length) segments.push({ text: content.slice(at), match: false });
    return segments;
  }
}

function merged(places: readonly Hit[]): Hit[] {
  const result: Hit[] = [];
  for (const { start, end } of places) {
    const last = result.at(-1);
    if (last && start < last.end) last.end = Math.max(last.end, end);
    else result.push({ start, end });
  }
  return result;
}

interface Part {
  text: string;
  runs: readonly Run[];
  /** Its first run stands for a beginning of a word only: it is short, or of a phrase. */
  fromBoundary: boolean;
}

class PreparedTerm {
  private readonly parts: readonly Part[];

  constructor(private readonly term: Term) {
    this.parts = term.parts.map((text) => {
      const runs = runsOf(text);
      const first = runs[0];
      const isShort = first?.kind === 'word' && Array.from(first.text).length < LEAST_PART;
      return { text, runs, fromBoundary: term.isPhrase || isShort };
    });
  }

  condition(): string {
    // What stands before a run within the term stands before it in the text, too.
    const conditions = this.parts.flatMap(({ runs, fromBoundary }) =>
      runs.map((run) => runCondition(run, run.start > 0 || fromBoundary)),
    );
    return all(conditions);
  }

  isIn(folded: string): boolean {
    return this.hits(folded, 1).length > 0;
  }

  hits(folded: string, most: number): Hit[] {
    const hits: Hit[] = [];
    const [first] = this.parts;
    if (!first) return hits;
    for (let at = folded.indexOf(first.text); at >= 0 && hits.length < most; ) {
      const end = this.endAt(folded, at);
      if (end !== null) hits.push({ start: at, end });
      at = folded.indexOf(first.text, end ?? at + 1);
    }
    return hits;
  }

  /** Where the whole term ends that begins here; null where it does not. */
  private endAt(folded: string, start: number): number | null {
    let end = start;
    for (const part of this.parts) {
      const at = nextPlace(folded, part.text, end);
      if (at === null || !this.holdsAt(folded, at, part)) return null;
      end = at + part.text.length;
    }
    return end;
  }

  private holdsAt(folded: string, at: number, { text, runs, fromBoundary }: Part): boolean {
    const start = at + (runs[0]?.start ?? 0);
    if (fromBoundary && !isBoundary(folded, start) && runs[0]?.kind === 'word') return false;
    const end = at + (runs.at(-1)?.end ?? text.length);
    return !this.term.isPhrase || runs.at(-1)?.kind !== 'word' || isBoundary(folded, end);
  }
}

/** Where a part stands with only separators before it; null where something else comes first. There is one such place. */
function nextPlace(folded: string, text: string, from: number): number | null {
  for (let at = from; at < folded.length; at += 1) {
    if (folded.startsWith(text, at)) return at;
    if (!isSeparator(folded, at)) return null;
  }
  return null;
}
