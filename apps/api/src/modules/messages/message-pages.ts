import { Injectable } from '@nestjs/common';
import { LIMITS, type Message, type MessagePage } from '@parley/protocol';
import type { Db } from '../../database/database.js';
import type { MessageRow } from '../../database/rows.js';
import { notFound } from '../../kernel/errors.js';
import { UsersRepository } from '../users/index.js';
import { peopleIn } from './message.presenter.js';
import type { PageRequest } from './message-anchor.js';
import { MessageViews } from './message-views.js';
import { MessagesRepository, type Slice, type SliceRequest } from './messages.repository.js';

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
      const users = [...(await this.users.viewsOf(peopleIn(items), tx)).values()];
      return { ...cursors(slice, request), items, users };
    });
    if (!page) throw notFound();
    return page;
  }

  private async slice(tx: Db, conversationId: string, request: PageRequest): Promise<Slice> {
    const { anchor, direction, limit, type } = request;
    const of = { conversationId, limit, type };
    if (!anchor || !direction) return fitted(await this.repository.before(tx, of, null), 'newest');
    const seq = await this.repository.seqOf(tx, conversationId, { anchor, direction });
    if (seq === null) throw notFound();
    if (direction === 'before') return fitted(await this.repository.before(tx, of, seq), 'newest');
    if (direction === 'after') return fitted(await this.repository.after(tx, of, seq), 'oldest');
    return this.around(tx, of, seq);
  }

  /** The newer half begins with the message itself, so that it is there however large the others are. */
  private async around(tx: Db, of: SliceRequest, seq: number): Promise<Slice> {
    const older = Math.floor(of.limit / 2);
    const half = LIMITS.answerBytes / 2;
    const below = older > 0 ? await this.repository.before(tx, { ...of, limit: older }, seq) : null;
    const above = fitted(await this.repository.after(tx, { ...of, limit: of.limit - older }, seq - 1), 'oldest', half);
    const before = below && fitted(below, 'newest', half);
    return {
      rows: [...(before?.rows ?? []), ...above.rows],
      moreBefore: before ? before.moreBefore : seq > 1,
      moreAfter: above.moreAfter,
    };
  }
}

/** Cut to so many bytes, at the end that is further from where the page begins; one row at least. */
function fitted(slice: Slice, from: 'newest' | 'oldest', most: number = LIMITS.answerBytes): Slice {
  const rows = from === 'newest' ? slice.rows.toReversed() : slice.rows;
  let bytes = 0;
  const count = rows.findIndex((row) => {
    bytes += bytesOf(row);
    return bytes > most;
  });
  if (count === -1) return slice;
  const kept = rows.slice(0, Math.max(count, 1));
  return from === 'newest'
    ? { rows: kept.toReversed(), moreBefore: true, moreAfter: slice.moreAfter }
    : { rows: kept, moreBefore: slice.moreBefore, moreAfter: true };
}

/** On the wire, where a control character takes six bytes; with room for the fixed part and the sender's view. */
const bytesOf = ({ content, metadata, mentions, reactions }: MessageRow): number =>
  Buffer.byteLength(JSON.stringify([content, metadata, mentions, reactions])) + reactions.length * 24 + 900;

function cursors(slice: Slice, request: PageRequest): Pick<MessagePage, 'nextCursor' | 'prevCursor' | 'hasMore'> {
  const oldest = slice.moreBefore && slice.rows[0] ? String(slice.rows[0].seq) : null;
  const last = slice.rows.at(-1);
  const newest = slice.moreAfter && last ? String(last.seq) : null;
  if (request.direction === 'around') return { prevCursor: oldest, nextCursor: newest, hasMore: newest !== null };
  const nextCursor = request.direction === 'after' ? newest : oldest;
  return { nextCursor, hasMore: nextCursor !== null };
}
