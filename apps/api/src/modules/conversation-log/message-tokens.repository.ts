import { Injectable } from '@nestjs/common';
import { and, asc, eq, gte, inArray, isNull, lte, ne, sql } from 'drizzle-orm';
import type { Availability } from '../../database/availability.js';
import { Database, type Db } from '../../database/database.js';
import type { MessageRow } from '../../database/rows.js';
import { rowsOf } from '../../database/rows-of.js';
import { messageSearch, messages, searchBacklog } from '../../database/schema/index.js';
import { tokensOf } from '../search-text/index.js';

/** A message with what makes its tokens. */
type FindableRow = Pick<
  MessageRow,
  'conversationId' | 'seq' | 'createdAt' | 'content' | 'type' | 'senderId' | 'mentions'
>;

const FINDABLE = {
  conversationId: messages.conversationId,
  seq: messages.seq,
  createdAt: messages.createdAt,
  content: messages.content,
  type: messages.type,
  senderId: messages.senderId,
  mentions: messages.mentions,
};

/** Of the advisory locks of this database, the one under which the backlog is worked off: by one node at a time. */
const BACKLOG_LOCK = 7_265_003_031;
/** Stretches that one transaction works off at most, since many conversations have few messages. */
const PARTS = 10;
/** The one under which the pending list is emptied. Apart from the other: a backlog may take hours. */
const PENDING_LIST_LOCK = 7_265_003_032;

/** What messages are found by. New ones come with the batch that writes them. */
@Injectable()
export class MessageTokensRepository {
  constructor(private readonly database: Database) {}

  get availability(): Availability {
    return this.database.availability;
  }

  private async write(tx: Db, rows: readonly FindableRow[]): Promise<void> {
    if (rows.length === 0) return;
    const given = rows.map(({ conversationId, seq, createdAt, mentions, ...message }) => ({
      c: conversationId,
      s: seq,
      at: createdAt.toISOString(),
      w: tokensOf({ ...message, mentions: mentions.length > 0 }),
    }));
    await tx.execute(sql`
      INSERT INTO message_search (conversation_id, seq, created_at, tokens)
      SELECT g.c, g.s, g.at, array_to_tsvector(string_to_array(g.w, ' '))
        FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb) AS g (c uuid, s bigint, at timestamptz, w text)
      ON CONFLICT (conversation_id, seq) DO UPDATE SET tokens = excluded.tokens`);
  }

  /** Of a message that was edited: nobody else needs to see to it. */
  async renew(tx: Db, row: FindableRow): Promise<void> {
    await this.write(tx, [row]);
    const { conversationId, fromSeq, toSeq } = searchBacklog;
    const isOnly = and(eq(conversationId, row.conversationId), eq(fromSeq, row.seq), eq(toSeq, row.seq));
    await tx.delete(searchBacklog).where(isOnly);
  }

  /** Of messages that are deleted. The trigger has removed them already where the text has changed by that. */
  async remove(tx: Db, conversationId: string, seqs: readonly number[]): Promise<void> {
    await tx
      .delete(messageSearch)
      .where(and(eq(messageSearch.conversationId, conversationId), inArray(messageSearch.seq, [...seqs])));
  }

  /**
   * Makes at most `most` messages of the backlog findable, in one transaction. Returns how many places it has worked off: 0
   * where another node is at work, null where the backlog is empty.
   */
  workOff(most: number): Promise<number | null> {
    return this.database.transaction(async (tx) => {
      const rows = await rowsOf<{ mine: boolean }>(tx, sql`SELECT pg_try_advisory_xact_lock(${BACKLOG_LOCK}) AS mine`);
      if (!rows[0]?.mine) return 0;
      const parts = await tx.select().from(searchBacklog).limit(PARTS);
      let worked = 0;
      for (const part of parts) {
        if (worked < most) worked += await this.workOffPart(tx, part, most - worked);
      }
      return parts.length > 0 ? worked : null;
    });
  }

  /** How many places are still to be worked off. */
  async backlog(): Promise<number> {
    const [row] = await this.database.db
      .select({ left: sql<number>`coalesce(sum(to_seq - from_seq + 1), 0)::float8` })
      .from(searchBacklog);
    return row?.left ?? 0;
  }

  /** Moves new rows from the list that every search reads into the index, unless another node is doing that. */
  async cleanPendingList(): Promise<void> {
    await this.database.db.execute(sql`
      SELECT CASE WHEN pg_try_advisory_xact_lock(${PENDING_LIST_LOCK})
                  THEN gin_clean_pending_list('message_search_tokens') END`);
  }

  /** Messages before the backlog's row, as an edit locks them. */
  private async workOffPart(tx: Db, part: typeof searchBacklog.$inferSelect, most: number): Promise<number> {
    const { conversationId, fromSeq, toSeq } = part;
    const end = Math.min(toSeq, fromSeq + most - 1);
    const isOfPart = [eq(messages.conversationId, conversationId), gte(messages.seq, fromSeq), lte(messages.seq, end)];
    // Locked, so that no edit comes between the text and its tokens.
    const rows = await tx
      .select(FINDABLE)
      .from(messages)
      .where(and(...isOfPart, ne(messages.type, 'system'), isNull(messages.deletedAt)))
      .orderBy(asc(messages.seq))
      .for('no key update');
    await this.write(tx, rows);
    const isSame = and(eq(searchBacklog.conversationId, conversationId), eq(searchBacklog.fromSeq, fromSeq));
    await tx.delete(searchBacklog).where(and(isSame, eq(searchBacklog.toSeq, end)));
    await tx
      .update(searchBacklog)
      .set({ fromSeq: end + 1 })
      .where(isSame);
    return end - fromSeq + 1;
  }
}
