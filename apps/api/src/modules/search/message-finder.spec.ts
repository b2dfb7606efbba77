import { afterEach, expect, it } from '@jest/globals';
import type { Db } from '../../database/database.js';
import { Matcher, parseQuestion } from '../search-text/index.js';
import { MessageFinder, SEARCH_BOUNDS, type Search } from './message-finder.js';
import type { Candidate, Position, SearchRepository, Wanted } from './search.repository.js';

const usual = { ...SEARCH_BOUNDS };
afterEach(() => void Object.assign(SEARCH_BOUNDS, usual));

const candidates: Candidate[] = Array.from({ length: 9 }, (_, i) => ({
  content: i % 2 === 0 ? 'the ferry' : 'a ferryman',
  at: 0,
  conversationId: 'one',
  seq: 9 - i,
}));
const repository = {
  survey: async () => ({ own: 9, matching: 9, each: [9] }),
  byTokens: async (_: Db, __: Wanted, after: Position | null) =>
    candidates.filter(({ seq }) => after === null || seq < after.seq),
} as unknown as SearchRepository;

it('G8: a search answers what it has found when comparing takes long, and goes on behind that', async () => {
  Object.assign(SEARCH_BOUNDS, { comparingMs: 0, ms: 0 });
  const finder = new MessageFinder(repository);
  const matcher = new Matcher(parseQuestion('"the ferry"'));
  const search = { wanted: { conditions: ['x'] } as unknown as Wanted, matcher, limit: 20 } satisfies Omit<
    Search,
    'after'
  >;
  const pages: number[][] = [];
  for (let after: Position | null | undefined; after !== null; ) {
    const { hits, next } = await finder.find({} as Db, { ...search, after: after ?? null });
    pages.push(hits.map(({ seq }) => seq));
    after = next;
  }
  expect(pages).toEqual([[9], [], [7], [], [5], [], [3], [], [1], []]);
});
