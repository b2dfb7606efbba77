import { Injectable } from '@nestjs/common';
import { LIMITS, type Message, type MessagePage, type UserView } from '@parley/protocol';
import type { Db } from '../../database/database.js';
import { notFound } from '../../kernel/errors.js';
import { AnswerBudget } from '../../platform/limits/answer-budget.js';
import { UsersRepository } from '../users/index.js';
import { peopleIn } from './message.presenter.js';
import { MessageViews } from './message-views.js';
import { MessagesRepository, type Slice, type SliceRequest } from './messages.repository.js';
import type { PageRequest } from './page-request.js';

/** Single messages and pages of a conversation's history, as one of its members sees them. */
@Injectable()
export class MessagePages {
  constructor(
    private readonly repository: MessagesRepository,
    private readonly views: MessageViews,
    private readonly users: UsersRepository,
  ) {}

  /** Null where the user is no member of the message's conversation, or it is none of the given one. */
  find(messageId: string, userId: string, conversationId?: string): Promise<Message | null> {
    return this.repository.readVisible({ messageId, conversationId }, userId, async (tx, row) => {
      const [message] = await this.views.forViewer(tx, userId, [row]);
      return message ?? null;
    });
  }

  /** @throws `not_found` where the caller is no member, or the page is to begin at a message that is not there. */
  async read(conversationId: string, userId: string, request: PageRequest): Promise<MessagePage> {
    const page = await this.repository.readInConversation(conversationId, userId, async (tx) => {
      const slice = await this.slice(tx, conversationId, request);
      const items = await this.views.forViewer(tx, userId, slice.rows);
      const views = await this.users.viewsOf(peopleIn(items), tx);
      const { shown, users, ...more } = fitted(slice, { items, views, bytes: request.bytes });
      return { ...cursors({ ...more, items: shown }, request), items: shown, users };
    });
    if (!page) throw notFound();
    return page;
  }

  private async slice(tx: Db, conversationId: string, request: PageRequest): Promise<Anchored> {
    const { anchor, direction, limit, type, bytes = LIMITS.answerBytes } = request;
    const of = { conversationId, limit, bytes, type };
    if (!anchor || !direction) return fromNewest(await this.repository.before(tx, of, null));
    const seq = await this.repository.seqOf(tx, conversationId, { anchor, direction });
    if (seq === null) throw notFound();
    if (direction === 'before') return fromNewest(await this.repository.before(tx, of, seq));
    if (direction === 'after') return { ...(await this.repository.after(tx, of, seq)), start: 0 };
    return this.around(tx, { ...of, bytes: Math.floor(bytes / 2) }, seq);
  }

  /** The newer half begins with the message itself, so that it is there however large the others are. */
  private async around(tx: Db, of: SliceRequest, seq: number): Promise<Anchored> {
    const older = Math.floor(of.limit / 2);
    const below = older > 0 ? await this.repository.before(tx, { ...of, limit: older }, seq) : null;
    const above = await this.repository.after(tx, { ...of, limit: of.limit - older }, seq - 1);
    return {
      rows: [...(below?.rows ?? []), ...above.rows],
      start: below?.rows.length ?? 0,
      moreBefore: below ? below.moreBefore : await this.repository.hasBefore(tx, of.conversationId, seq),
      moreAfter: above.moreAfter,
    };
  }
}

/** A slice, and from which of its rows on a page is filled: that one and the newer ones, and those before it. */
interface Anchored extends Slice {
  start: number;
}

const fromNewest = (slice: Slice): Anchored => ({ ...slice, start: slice.rows.length });

interface Room {
  items: readonly Message[];
  views: ReadonlyMap<string, UserView>;
  bytes: number | undefined;
}

/** What of a slice one answer has room for, counted as it is sent, with everyone whom it names; one message at least. */
function fitted(slice: Anchored, { items, views, bytes }: Room) {
  const budget = new AnswerBudget(views, { bytes });
  const takes = (at: number): boolean => {
    const message = items[at];
    return message !== undefined && budget.take({ content: message, rows: 1, people: peopleIn([message]) });
  };
  let [from, to] = [slice.start, slice.start];
  for (let [older, newer] = [true, true]; older || newer; ) {
    newer &&= takes(to);
    if (newer) to += 1;
    older &&= takes(from - 1);
    if (older) from -= 1;
  }
  return {
    shown: items.slice(from, to),
    users: budget.users,
    moreBefore: slice.moreBefore || from > 0,
    moreAfter: slice.moreAfter || to < items.length,
  };
}

/** What of a slice is shown, and whether there is more beyond each end. */
interface Shown extends Pick<Slice, 'moreBefore' | 'moreAfter'> {
  items: readonly Message[];
}

function cursors(slice: Shown, request: PageRequest): Pick<MessagePage, 'nextCursor' | 'prevCursor' | 'hasMore'> {
  const oldest = slice.moreBefore && slice.items[0] ? String(slice.items[0].seq) : null;
  const last = slice.items.at(-1);
  const newest = slice.moreAfter && last ? String(last.seq) : null;
  if (request.direction === 'around') return { prevCursor: oldest, nextCursor: newest, hasMore: newest !== null };
  const nextCursor = request.direction === 'after' ? newest : oldest;
  return { nextCursor, hasMore: nextCursor !== null };
}
