import { Injectable } from '@nestjs/common';
import { and, desc, eq, gt, gte, lt, type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import { Database, type Db } from '../../database/database.js';
import { firstOfEach, fittedRows, fittingRows } from '../../database/fitting-rows.js';
import { membershipIn } from '../../database/membership-in.js';
import type { MessageRow } from '../../database/rows.js';
import { rowsOf } from '../../database/rows-of.js';
import { conversationParticipants, messages } from '../../database/schema/index.js';
import { versionRanges } from '../../database/version-ranges.js';
import type { VersionRange } from '../../realtime/hub/stream-events.js';
import { messageBytes, messageColumns, ownBytes } from '../conversation-log/index.js';
import { MessageTexts } from '../encryption/index.js';
import type { Anchor, Direction } from './page-request.js';

/** Rows next to a position, in ascending order, and whether there are more beyond each end. */
export interface Slice {
  rows: MessageRow[];
  moreBefore: boolean;
  moreAfter: boolean;
}

export interface SliceRequest {
  conversationId: string;
  limit: number;
  /** About so many at most are read. */
  bytes: number;
  type: string | null;
}

const SNAPSHOT = { isolation: 'repeatable read', readOnly: true } as const;

@Injectable()
export class MessagesRepository {
  constructor(
    private readonly database: Database,
    private readonly texts: MessageTexts,
  ) {}

  /** Reads about a message in the snapshot in which the user is a member of its conversation; null where there is none. */
  readVisible<T>(
    wanted: { messageId: string; conversationId?: string },
    userId: string,
    read: (tx: Db, row: MessageRow) => Promise<T>,
  ): Promise<T | null> {
    const { messageId, conversationId } = wanted;
    return this.database.transaction(async (tx) => {
      const [found] = await tx
        .select({ message: messageColumns })
        .from(messages)
        .innerJoin(conversationParticipants, membershipIn(messages.conversationId, userId))
        .where(eq(messages.id, messageId));
      const isElsewhere = conversationId !== undefined && found?.message.conversationId !== conversationId;
      return found && !isElsewhere ? read(tx, await this.texts.openOne(tx, found.message)) : null;
    }, SNAPSHOT);
  }

  /** Everything about one page comes from one snapshot, the membership included; null where the user is no member. */
  async readInConversation<T>(conversationId: string, userId: string, read: (tx: Db) => Promise<T>): Promise<T | null> {
    return this.database.transaction(async (tx) => {
      const rows = await rowsOf<unknown>(
        tx,
        sql`SELECT 1 FROM conversation_participants
               WHERE conversation_id = ${conversationId} AND user_id = ${userId} AND left_at IS NULL`,
      );
      return rows.length > 0 ? read(tx) : null;
    }, SNAPSHOT);
  }

  /** The seq that an anchor stands for; null where the message is unknown here. */
  async seqOf(tx: Db, conversationId: string, place: { anchor: Anchor; direction: Direction }): Promise<number | null> {
    const { anchor, direction } = place;
    if (anchor.kind === 'seq') return anchor.seq;
    if (anchor.kind === 'id') {
      return this.firstSeq(tx, conversationId, { where: eq(messages.id, anchor.id) });
    }
    // Times never go back along seq, so a moment is a place between two messages. In the order of time they are found by
    // an index; in that of seq alone all before or all after it might be read.
    const later = direction === 'after' ? gt(messages.createdAt, anchor.at) : gte(messages.createdAt, anchor.at);
    const first = await this.firstSeq(tx, conversationId, { where: later, order: [messages.createdAt, messages.seq] });
    if (first !== null) return direction === 'after' ? first - 1 : first;
    const last = (await this.firstSeq(tx, conversationId, { order: [desc(messages.seq)] })) ?? 0;
    return direction === 'before' ? last + 1 : last;
  }

  async before(tx: Db, request: SliceRequest, seq: number | null): Promise<Slice> {
    const { rows, hasMore } = await this.next(tx, request, {
      place: seq === null ? undefined : lt(messages.seq, seq),
      order: sql`DESC`,
    });
    return { rows: rows.reverse(), moreBefore: hasMore, moreAfter: false };
  }

  async hasBefore(tx: Db, conversationId: string, seq: number): Promise<boolean> {
    return (await this.firstSeq(tx, conversationId, { where: lt(messages.seq, seq) })) !== null;
  }

  async after(tx: Db, request: SliceRequest, seq: number): Promise<Slice> {
    const { rows, hasMore } = await this.next(tx, request, { place: gt(messages.seq, seq), order: sql`ASC` });
    return { rows, moreBefore: false, moreAfter: hasMore };
  }

  /**
   * Messages by the version that created them, for a stream that has a gap: of each range the first, and of all of them
   * as many as take about so many bytes.
   */
  createdWithin(ranges: readonly VersionRange[], bytes: number): Promise<MessageRow[]> {
    // That the version is beyond it as well is implied by the next line, and what the index is on.
    const candidates = sql`
      SELECT q.id, m.seq, ${ownBytes('m')} AS bytes,
             row_number() OVER (PARTITION BY q.id, q.after ORDER BY m.created_version) AS nth
        FROM ${versionRanges(ranges)}
        JOIN messages m ON m.conversation_id = q.id AND m.version > q.after
                       AND m.created_version > q.after AND m.created_version <= q.up_to`;
    const { conversationId, seq } = messages;
    const place = and(eq(conversationId, sql`k.id`), eq(seq, sql`k.seq`));
    return this.rowsOf(firstOfEach(candidates, bytes), place, sql`k.id, k.nth`);
  }

  /**
   * With each id its place among those of its conversation: the first of each are there, and of all of them as many as
   * take about so many bytes.
   */
  byIds(places: ReadonlyMap<string, number>, bytes: number): Promise<MessageRow[]> {
    // Looked up by their ids alone: with the conversation beside them all of its messages might be read.
    const candidates = sql`
      SELECT q.id, q.nth, m.bytes
        FROM unnest(${sql.param([...places.keys()])}::uuid[], ${sql.param([...places.values()])}::integer[]) AS q (id, nth)
        JOIN LATERAL (SELECT ${ownBytes('x')} AS bytes FROM messages x WHERE x.id = q.id OFFSET 0) m ON true`;
    return this.rowsOf(firstOfEach(candidates, bytes), eq(messages.id, sql`k.id`), sql`k.nth`);
  }

  private async rowsOf(keys: SQL, place: SQL | undefined, order: SQL): Promise<MessageRow[]> {
    const { db } = this.database;
    const found = db.select(messageColumns).from(messages).where(place).limit(1).as('found');
    const read = await db
      .select({ row: found._.selectedFields })
      .from(keys)
      .innerJoinLateral(found, sql`true`)
      .orderBy(order);
    return this.texts.open(
      db,
      read.map(({ row }) => row),
    );
  }

  /** The next rows, as many as an answer has room for and one at least: of the others only the sizes are looked at. */
  private async next(tx: Db, request: SliceRequest, { place, order }: { place: SQL | undefined; order: SQL }) {
    const type = request.type ? isOfType(request.type) : undefined;
    const candidates = sql`
      SELECT ${messages.seq}, ${messageBytes('messages')} AS bytes FROM ${messages}
       WHERE ${and(eq(messages.conversationId, request.conversationId), place, type)}
       ORDER BY ${messages.seq} ${order} LIMIT ${request.limit + 1}`;
    const keys = fittingRows(candidates, sql`c.seq ${order}`, request);
    // A look-up a key, which the LIMIT keeps apart: one probe of one index, whatever the planner thinks of the sizes.
    const found = tx
      .select(messageColumns)
      .from(messages)
      .where(and(eq(messages.conversationId, request.conversationId), eq(messages.seq, sql`k.seq`)))
      .limit(1)
      .as('found');
    const read = await tx
      .select({ row: found._.selectedFields, total: sql<number>`k.total::integer` })
      .from(keys)
      .innerJoinLateral(found, sql`true`)
      .orderBy(sql`k.nth`);
    const fitted = fittedRows(read);
    return { ...fitted, rows: await this.texts.open(tx, fitted.rows) };
  }

  private async firstSeq(
    tx: Db,
    conversationId: string,
    of: { where?: SQL; order?: (AnyPgColumn | SQL)[] },
  ): Promise<number | null> {
    const [row] = await tx
      .select({ seq: messages.seq })
      .from(messages)
      .where(and(eq(messages.conversationId, conversationId), of.where))
      .orderBy(...(of.order ?? [messages.seq]))
      .limit(1);
    return row?.seq ?? null;
  }
}

/** The index of types leaves text out; a plan that is made for any type must know that this one is none. */
const isOfType = (type: string): SQL =>
  type === 'text' ? sql`${messages.type} = 'text'` : sql`(${messages.type} = ${type} AND ${messages.type} <> 'text')`;
