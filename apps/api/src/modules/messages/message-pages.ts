import { Injectable } from '@nestjs/common';
import { LIMITS, type Message, type MessagePage } from '@parley/protocol';
import type { Db } from '../../database/database.js';
import { notFound } from '../../kernel/errors.js';
import { UsersRepository } from '../users/index.js';
import { peopleIn, presentMessage } from './message.presenter.js';
import type { PageRequest } from './message-anchor.js';
import { MessagesRepository, type OthersMarks, type Slice } from './messages.repository.js';

/** Pages of a conversation's history, as one of its members sees them. */
@Injectable()
export class MessagePages {
  constructor(
    private readonly repository: MessagesRepository,
    private readonly users: UsersRepository,
  ) {}

  /** @throws `not_found` where the caller is no member, or the page is to begin at a message that is not there. */
  async read(conversationId: string, userId: string, request: PageRequest): Promise<MessagePage> {
    const page = await this.repository.readInConversation(conversationId, userId, async (tx, { memberCount }) => {
      const slice = fitted(await this.slice(tx, conversationId, request), request);
      const small = memberCount <= LIMITS.receiptsMembers;
      const marks = small ? await this.repository.othersMarks(tx, conversationId, userId) : null;
      const items = slice.rows.map(presentMessage).map((message) => withStatus(message, userId, marks));
      const users = [...(await this.users.viewsOf(peopleIn(items), tx)).values()];
      return { ...cursors(slice, request), items, users };
    });
    if (!page) throw notFound();
    return page;
  }

  private async slice(tx: Db, conversationId: string, request: PageRequest): Promise<Slice> {
    const { anchor, direction, limit, type } = request;
    const of = { conversationId, limit, type };
    if (!anchor || !direction) return this.repository.before(tx, of, null);
    const seq = await this.repository.seqOf(tx, conversationId, { anchor, direction });
    if (seq === null) throw notFound();
    if (direction === 'before') return this.repository.before(tx, of, seq);
    if (direction === 'after') return this.repository.after(tx, of, seq);
    const older = Math.floor(limit / 2);
    const below = older > 0 ? await this.repository.before(tx, { ...of, limit: older }, seq) : null;
    const above = await this.repository.after(tx, { ...of, limit: limit - older }, seq - 1);
    return {
      rows: [...(below?.rows ?? []), ...above.rows],
      moreBefore: below ? below.moreBefore : seq > 1,
      moreAfter: above.moreAfter,
    };
  }
}

/** Cut to the bytes that one answer may have, at the end that is further from where the page begins. */
function fitted(slice: Slice, request: PageRequest): Slice {
  const fromEnd = request.direction === null || request.direction === 'before';
  const rows = fromEnd ? slice.rows.toReversed() : slice.rows;
  let bytes = 0;
  const count = rows.findIndex((row) => {
    bytes += Buffer.byteLength(row.content) + Buffer.byteLength(JSON.stringify(row.metadata)) + 600;
    return bytes > LIMITS.answerBytes;
  });
  if (count === -1) return slice;
  const kept = rows.slice(0, Math.max(count, 1));
  return fromEnd
    ? { rows: kept.toReversed(), moreBefore: true, moreAfter: slice.moreAfter }
    : { rows: kept, moreBefore: slice.moreBefore, moreAfter: true };
}

function cursors(slice: Slice, request: PageRequest): Pick<MessagePage, 'nextCursor' | 'prevCursor' | 'hasMore'> {
  const oldest = slice.moreBefore && slice.rows[0] ? String(slice.rows[0].seq) : null;
  const last = slice.rows.at(-1);
  const newest = slice.moreAfter && last ? String(last.seq) : null;
  if (request.direction === 'around') return { prevCursor: oldest, nextCursor: newest, hasMore: newest !== null };
  const nextCursor = request.direction === 'after' ? newest : oldest;
  return { nextCursor, hasMore: nextCursor !== null };
}

/** On one's own messages: how far all the others have come. */
function withStatus(message: Message, userId: string, marks: OthersMarks | null): Message {
  if (!marks || message.senderId !== userId) return message;
  if (marks.read >= message.seq) return { ...message, status: 'read' };
  return marks.delivered >= message.seq ? { ...message, status: 'delivered' } : message;
}
