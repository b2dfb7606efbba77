import { Injectable } from '@nestjs/common';
import { sql } from 'drizzle-orm';
import { Database } from '../../database/database.js';
import { WriterDatabase } from '../../database/database.module.js';

/** How far a member wants a watermark of theirs to be: at a seq, or at a message. */
export interface Mark {
  userId: string;
  isRead: boolean;
  seq: number | null;
  messageId: string | null;
}

/** What became of a mark, in the database's words; numbers other than `i` are null where `outcome` is `not_found`. */
export interface MarkRow extends Record<string, unknown> {
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

export interface UnreadRow extends Record<string, unknown> {
  conversation_id: string;
  unread: number;
  mentioned: number;
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
    const { rows } = (await this.writer.db.execute(
      sql`SELECT * FROM move_watermarks(${conversationId}::uuid, ${JSON.stringify(encoded)}::jsonb)`,
    )) as unknown as { rows: MarkRow[] };
    return rows;
  }

  /** The user's conversations with something unread. */
  async unread(userId: string): Promise<UnreadRow[]> {
    const { rows } = (await this.database.db.execute(sql`
      SELECT p.conversation_id, (c.countable - p.read_countable)::float8 AS unread,
             (SELECT count(*) FROM mentions e WHERE e.user_id = p.user_id AND e.conversation_id = p.conversation_id
                 AND e.seq > p.last_read_seq)::float8 AS mentioned
        FROM conversation_participants p JOIN conversations c ON c.id = p.conversation_id
       WHERE p.user_id = ${userId} AND p.left_at IS NULL AND c.countable > p.read_countable
       ORDER BY c.updated_at DESC, c.id DESC`)) as unknown as { rows: UnreadRow[] };
    return rows;
  }
}
