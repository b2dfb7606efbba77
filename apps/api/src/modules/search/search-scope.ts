import { Injectable } from '@nestjs/common';
import { type SearchQuery, USERNAME_PATTERN } from '@parley/protocol';
import { invalid } from '../../kernel/errors.js';
import { isUuid } from '../../kernel/ids.js';
import { foldText, narrow, parseMoment, parseQuestion, type Question, senderToken } from '../search-text/index.js';
import { UsersRepository } from '../users/index.js';
import { SearchNamesRepository } from './search-names.repository.js';

/** Who and where is meant; null: anybody, anywhere. Empty: nobody, nowhere. */
interface Scope {
  senders: readonly string[] | null;
  within: readonly string[] | null;
}

/** What `q` and the other parameters ask together. @throws `validation_failed` where that is nothing. */
export function questionOf(query: SearchQuery): Question {
  const parsed = parseQuestion(query.q ?? '');
  const { before, after, has } = query;
  const question = { ...parsed, has: [...parsed.has, ...(has ? [has] : [])] };
  if (before !== undefined) narrow(question, 'before', parseMoment(before, 'before'));
  if (after !== undefined) narrow(question, 'after', parseMoment(after, 'after'));
  const asks = [question.terms, question.from, question.within, question.has].some((each) => each.length > 0);
  const isNarrow = query.from !== undefined || question.before !== null || question.since !== null;
  if (!asks && !isNarrow) throw invalid('q', 'must have a word, a number or a sign to look for');
  return question;
}

/** The tokens of senders, so that few messages of somebody are found as quickly as few of a word. */
export const sendersCondition = (senders: readonly string[]): string =>
  `(${senders.map((id) => `'${senderToken(id)}'`).join(' | ')})`;

/** Who and what is meant by the names in a question. */
@Injectable()
export class SearchScope {
  constructor(
    private readonly names: SearchNamesRepository,
    private readonly users: UsersRepository,
  ) {}

  async of(userId: string, question: Question, query: SearchQuery): Promise<Scope> {
    const groups = [question.from, query.from === undefined ? [] : [foldText(query.from.trim()).replace(/^@/, '')]];
    const senders = await Promise.all(
      groups.filter((each) => each.length > 0).map((each) => this.people(userId, each)),
    );
    const places = question.within.length > 0 ? [await this.conversations(userId, question.within)] : [];
    if (query.conversationId !== undefined) places.push([query.conversationId.toLowerCase()]);
    return { senders: inAll(senders), within: inAll(places) };
  }

  private async people(userId: string, names: readonly string[]): Promise<string[]> {
    const ids = names.map((name) => (name === 'me' ? userId : name)).filter(isUuid);
    const usernames = names.filter((name) => USERNAME_PATTERN.test(name));
    return [...ids, ...(await this.users.named(usernames))];
  }

  /** Those called like this; where none is, those whose names begin like this. */
  private async conversations(userId: string, wanted: readonly string[]): Promise<string[]> {
    const own = await this.names.conversationsOf(userId);
    const named = own.map(({ id, names }) => ({ id, names: [id, ...(names ?? []).map(foldText)] }));
    return wanted.flatMap((name) => {
      const exact = named.filter(({ names }) => names.includes(name));
      const found = exact.length > 0 ? exact : named.filter(({ names }) => names.some((each) => each.startsWith(name)));
      return found.map(({ id }) => id);
    });
  }
}

/** What stands in all of these lists; null where there is none. */
function inAll([first, ...others]: readonly (readonly string[])[]): readonly string[] | null {
  return first ? first.filter((id) => others.every((list) => list.includes(id))) : null;
}
