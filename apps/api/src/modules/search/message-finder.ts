import { Injectable } from '@nestjs/common';
import type { Db } from '../../database/database.js';
import type { Matcher } from '../search-text/index.js';
import { type Candidate, type Position, SearchRepository, type Walk, type Wanted } from './search.repository.js';

/** Within which a search works; tests make them small. */
export const SEARCH_BOUNDS = {
  /** Messages with the tokens, whoever may read them, that are found before it is known which are the newest. */
  few: 5_000,
  /** Messages of one's own that are looked at one by one, whatever stands in them. */
  own: 10_000,
  /** Rows that are looked at from the newest back, at a time. */
  rows: 10_000,
  /** After so many milliseconds a question answers what it has. */
  ms: 25,
  /** So long texts are compared in one go, while the node does nothing else. */
  comparingMs: 25,
  /** Candidates at a time. */
  candidates: 60,
  /** Of the table, so many pages are looked at for how common something is. */
  sampledPages: 64,
};

/**
 * How candidates are found. Left to the planner, the wrong one takes seconds: which is quickest follows from how common
 * the words are, and how much the asker may read.
 */
type Strategy = 'tokens' | 'conversations' | 'backwards';

export interface Search {
  wanted: Wanted;
  matcher: Matcher;
  /** Only what comes after it, so older messages. */
  after: Position | null;
  limit: number;
}

/** What one statement brings of a search. */
type Step = Omit<Search, 'matcher'> & { wanted: { rare: readonly string[] } };

export interface Found {
  hits: Candidate[];
  /** Where to go on; null at the end. */
  next: Position | null;
}

@Injectable()
export class MessageFinder {
  constructor(private readonly repository: SearchRepository) {}

  /** The newest `limit` messages that are what is wanted; fewer, with a place to go on, where that would take long. */
  async find(tx: Db, search: Search): Promise<Found> {
    const { matcher, limit } = search;
    const until = performance.now() + SEARCH_BOUNDS.ms;
    const hits: Candidate[] = [];
    const { strategy: first, rare } = await this.strategyFor(tx, search.wanted);
    let [strategy, after] = [first, search.after];
    do {
      const next = { wanted: { ...search.wanted, rare }, after, limit: Math.max(SEARCH_BOUNDS.candidates, limit + 1) };
      const walk = await this.walk(tx, strategy, next);
      if (walk.isOther) strategy = 'backwards';
      const { found, last } = compared(walk.candidates, matcher);
      hits.push(...found);
      if (hits.length > limit) return { hits: hits.slice(0, limit), next: hits[limit - 1] ?? null };
      after = last ?? walk.end;
      if (after === null) break;
    } while (performance.now() < until);
    return { hits, next: after };
  }

  /** How to find, and by which conditions on tokens where that is by the index: those that few messages meet, if any. */
  private async strategyFor(tx: Db, wanted: Wanted): Promise<{ strategy: Strategy; rare: readonly string[] }> {
    const { own, matching, each } = await this.repository.survey(tx, wanted, SEARCH_BOUNDS.sampledPages);
    const few = wanted.conditions.filter((_, i) => (each[i] ?? 0) <= SEARCH_BOUNDS.few);
    const rare = few.length > 0 ? few : wanted.conditions;
    if (matching <= SEARCH_BOUNDS.few) return { strategy: 'tokens', rare };
    return { strategy: own <= SEARCH_BOUNDS.own ? 'conversations' : 'backwards', rare };
  }

  /** By another strategy where more has the tokens than it seemed. */
  private async walk(
    tx: Db,
    strategy: Strategy,
    { wanted, after, limit }: Step,
  ): Promise<Walk & { isOther?: boolean }> {
    const { few, rows } = SEARCH_BOUNDS;
    if (strategy === 'backwards') return this.repository.backwards(tx, wanted, after, { limit, most: rows });
    const candidates =
      strategy === 'tokens'
        ? await this.repository.byTokens(tx, wanted, after, { limit, most: few })
        : await this.repository.byConversations(tx, wanted, after, limit);
    if (!candidates) return { ...(await this.walk(tx, 'backwards', { wanted, after, limit })), isOther: true };
    return { candidates, end: candidates.length < limit ? null : (candidates.at(-1) ?? null) };
  }
}

/** Those that are found. `last` is the one with which the time for comparing was over; null: all were compared. */
function compared(candidates: readonly Candidate[], matcher: Matcher): { found: Candidate[]; last: Candidate | null } {
  const until = performance.now() + SEARCH_BOUNDS.comparingMs;
  const found: Candidate[] = [];
  for (const candidate of candidates) {
    if (matcher.finds(candidate.content)) found.push(candidate);
    if (performance.now() >= until) return { found, last: candidate };
  }
  return { found, last: null };
}
