import { Injectable } from '@nestjs/common';
import { sql } from 'drizzle-orm';
import { Database, type Db } from '../../database/database.js';
import { WriterDatabase } from '../../database/database.module.js';
import type { MessageRow } from '../../database/rows.js';
import { rowsOf } from '../../database/rows-of.js';

/** How far a member wants a watermark of theirs to be: at a seq, or at a message. */
export interface Mark {
  userId: string;
  isRead: boolean;
  seq: number | null;
  messageId: string | null;
}

/** What became of a mark, in the database's words; numbers other than `i` are null where `outcome` is `not_found`. */
export interface MarkRow {
  i: number;
  outcome: 'move' | 'done' | 'beyond' | 'not_found';
  mark_seq: number;
  message_id: string;
  receipts: number;
  at_ms: number;
  last_read_seq: number;
  last_delivered_seq: number;
  unread: number;
  mentioned: number;
  last_seq: number;
  member_count: number;
}

export interface UnreadRow {
  conversation_id: string;
  unread: number;
  mentioned: number;
}

/** Whom a message has reached and when, in milliseconds. */
export interface ReceiptRow {
  user_id: string;
  delivered_ms: number | null;
  read_ms: number | null;
}

@Injectable()
export class ReceiptsRepository {
  constructor(
    private readonly database: Database,
    private readonly writer: WriterDatabase,
  ) {}

  /** Moves watermarks of one conversation, at most one a user, in one transaction; rows in the order of `marks`. */
  async move(conversationId: string, marks: readonly Mark[]): Promise<MarkRow[]> {
    const encoded = marks.map((mark, i) => ({
      i,
      u: mark.userId,
      read: mark.isRead,
      seq: mark.seq ?? undefined,
      id: mark.messageId ?? undefined,
    }));
    const rows = await rowsOf<MarkRow>(
      this.writer.db,
      sql`SELECT * FROM move_watermarks(${conversationId}::uuid, ${JSON.stringify(encoded)}::jsonb)`,
    );
    return rows;
  }

  /** The user's conversations with something unread: each is looked up by its key, however many there are of all. */
  async unread(userId: string): Promise<UnreadRow[]> {
    const rows = await rowsOf<UnreadRow>(
      this.database.db,
      sql`
      SELECT p.conversation_id, (c.countable - greatest(p.read_countable, c.expired_countable))::float8 AS unread,
             (SELECT count(*) FROM mentions e WHERE e.user_id = p.user_id AND e.conversation_id = p.conversation_id
                 AND e.seq > p.last_read_seq)::float8 AS mentioned
        FROM conversation_participants p
        JOIN LATERAL (SELECT countable, expired_countable, updated_at FROM conversations x
                       WHERE x.id = p.conversation_id OFFSET 0) c ON true
       WHERE p.user_id = ${userId} AND p.left_at IS NULL AND c.countable > greatest(p.read_countable, c.expired_countable)
       ORDER BY c.updated_at DESC, p.conversation_id DESC`,
    );
    return rows;
  }

  /**
   * Of the first `most` present members other than the sender: those who read the message, at the move of their
   * watermark over it, and those whom it was delivered to. The time of a delivery is known from their latest move only:
   * it was not later. Who joined after the message has it in their history without a delivery.
   */
  async ofMessage(tx: Db, message: MessageRow, most: number): Promise<ReceiptRow[]> {
    const { conversationId, seq, senderId, createdAt } = message;
    const rows = await rowsOf<ReceiptRow>(
      tx,
      sql`
      SELECT p.user_id, (extract(epoch FROM least(r.at, d.at)) * 1000)::float8 AS delivered_ms,
             (extract(epoch FROM r.at) * 1000)::float8 AS read_ms
        FROM (SELECT user_id, joined_at, last_delivered_seq, delivered_at FROM conversation_participants
               WHERE conversation_id = ${conversationId} AND user_id <> ${senderId} AND left_at IS NULL
               ORDER BY joined_at, user_id LIMIT ${most}) p
        LEFT JOIN LATERAL (
          SELECT x.from_seq, x.at FROM read_ranges x
           WHERE x.conversation_id = ${conversationId} AND x.user_id = p.user_id AND x.to_seq >= ${seq}
           ORDER BY x.to_seq LIMIT 1) r ON r.from_seq <= ${seq}
        CROSS JOIN LATERAL (
          SELECT CASE WHEN p.last_delivered_seq >= ${seq} AND p.joined_at <= ${createdAt.toISOString()}::timestamptz
                      THEN p.delivered_at END AS at) d
       WHERE r.at IS NOT NULL OR d.at IS NOT NULL
       ORDER BY r.at, d.at, p.user_id`,
    );
    return rows;
  }
}
