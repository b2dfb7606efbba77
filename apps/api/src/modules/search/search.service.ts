import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { LIMITS, type Message, type SearchHit, type SearchPage, type SearchQuery } from '@parley/protocol';
import { CONFIG, type Config } from '../../config/config.js';
import type { Db } from '../../database/database.js';
import { notFound, ParleyError } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import { Semaphore } from '../../kernel/semaphore.js';
import { Cursors } from '../../platform/http/cursors.js';
import { AnswerBudget } from '../../platform/limits/answer-budget.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { MessageViews, peopleIn } from '../messages/index.js';
import { Matcher, type Question } from '../search-text/index.js';
import { UsersRepository } from '../users/index.js';
import { type Found, MessageFinder } from './message-finder.js';
import { type Position, SearchRepository, type Wanted } from './search.repository.js';
import { questionOf, SearchScope, sendersCondition } from './search-scope.js';

/** Searches at a time: the other connections to the database are for everything else. */
const AT_ONCE = 4;
const NOTHING: SearchPage = { items: [], nextCursor: null, hasMore: false, users: [] };

@Injectable()
export class SearchService {
  private readonly turns = new Semaphore({ atOnce: AT_ONCE, mostWaiting: 200, timeoutMs: 5_000, retryAfterMs: 1_000 });

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly scope: SearchScope,
    private readonly repository: SearchRepository,
    private readonly finder: MessageFinder,
    private readonly views: MessageViews,
    private readonly users: UsersRepository,
    private readonly cursors: Cursors,
    private readonly reporter: EventReporter,
  ) {}

  /**
   * The newest messages that the user may read and that are what was asked for. An answer ends at so much work and so
   * many bytes as well: only `hasMore` says whether there is more.
   * @throws `unsupported` where the search is off; `not_found` for a conversation of others; `validation_failed`.
   */
  async search({ userId }: Principal, query: SearchQuery): Promise<SearchPage> {
    if (!this.config.search) throw new ParleyError('unsupported');
    const begun = performance.now();
    const question = questionOf(query);
    const list = listOf(userId, query);
    const place = this.cursors.placeIn(list, query.cursor) as SealedPlace | null;
    const after = place && positionIn(place);
    const page = await this.turns.within(() => this.answer({ userId, query, question, list, after }));
    this.reporter.searched({
      userId,
      length: query.q?.length ?? 0,
      filters: filtersIn(question, query),
      hits: page.items.length,
      ms: Math.round(performance.now() - begun),
    });
    return page;
  }

  private async answer({ userId, query, question, list, after }: Asked): Promise<SearchPage> {
    const { senders, within } = await this.scope.of(userId, question, query);
    const matcher = new Matcher(question);
    const bySender = senders === null ? [] : [sendersCondition(senders)];
    const wanted: Wanted = {
      userId,
      within,
      senders,
      conditions: [...bySender, ...matcher.conditions(question.has)],
      before: question.before,
      since: question.since,
      mentions: question.has.includes('mention'),
    };
    const limit = query.limit ?? LIMITS.searchDefault;
    return this.repository.inSnapshot(async (tx) => {
      // Of a conversation that one names, whether it is there is an answer.
      if (query.conversationId && !(await this.repository.isMember(tx, userId, query.conversationId))) throw notFound();
      if (senders?.length === 0 || within?.length === 0) return NOTHING;
      const found = await this.finder.find(tx, { wanted, matcher, after, limit });
      return this.present(tx, { userId, matcher, list }, found);
    });
  }

  private async present(
    tx: Db,
    { userId, matcher, list }: { userId: string; matcher: Matcher; list: string },
    { hits, next }: Found,
  ): Promise<SearchPage> {
    const messages = await this.views.atPlaces(tx, userId, hits);
    const budget = new AnswerBudget(await this.users.viewsOf(peopleIn(messages), tx));
    const items: SearchHit[] = [];
    for (const message of messages) {
      const hit = hitOf(message, matcher);
      if (!budget.take({ content: hit, rows: 1, people: peopleIn([message]) })) break;
      items.push(hit);
    }
    const last = items.length < hits.length ? (hits[items.length - 1] ?? null) : next;
    const end = this.cursors.endOf(list, last && [last.at, last.conversationId, last.seq]);
    return { items, ...end, users: budget.users };
  }
}

interface Asked {
  userId: string;
  query: SearchQuery;
  question: Question;
  list: string;
  after: Position | null;
}

const hitOf = (message: Message, matcher: Matcher): SearchHit => ({
  message,
  segments: matcher.segments(message.content),
});

/** A cursor goes back to the question that it came from, of the person who asked it. */
function listOf(userId: string, { q, from, conversationId, before, after, has }: SearchQuery): string {
  const asked = JSON.stringify([userId, q ?? '', from, conversationId?.toLowerCase(), before, after, has]);
  return `search ${createHash('sha256').update(asked).digest('base64url')}`;
}

type SealedPlace = [at: number, conversationId: string, seq: number];

const positionIn = ([at, conversationId, seq]: SealedPlace): Position => ({ at, conversationId, seq });

/** Which kinds of things were asked for, for the log: none of what was. */
function filtersIn(question: Question, query: SearchQuery): string[] {
  const kinds: Record<string, boolean> = {
    words: question.terms.length > 0,
    not: question.excluded.length > 0,
    from: question.from.length > 0 || query.from !== undefined,
    in: question.within.length > 0 || query.conversationId !== undefined,
    before: question.before !== null,
    after: question.since !== null,
    has: question.has.length > 0,
  };
  return Object.keys(kinds).filter((kind) => kinds[kind]);
}
