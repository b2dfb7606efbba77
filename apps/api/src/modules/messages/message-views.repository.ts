import { Injectable } from '@nestjs/common';
import { LIMITS } from '@parley/protocol';
import { sql } from 'drizzle-orm';
import type { Db } from '../../database/database.js';
import { rowsOf } from '../../database/rows-of.js';
import type { Place } from '../conversation-log/index.js';

/** A member whose own message is shown to them. */
export interface Author {
  conversationId: string;
  userId: string;
}

export interface Reaction extends Place {
  emoji: string;
  userId: string;
}

/** How far the other present members of the author's conversation have come, all of them. */
export interface MarksRow {
  conversation_id: string;
  user_id: string;
  read: number;
  delivered: number;
}

/** What showing messages needs besides their rows: each is one statement, whatever the number of messages. */
@Injectable()
export class MessageViewsRepository {
  /** Which of these reactions there are. */
  async reactions(db: Db, wanted: readonly Reaction[]): Promise<Reaction[]> {
    const rows = await rowsOf<{ c: string; s: number; e: string; u: string }>(
      db,
      sql`SELECT q.c, q.s::float8 AS s, q.e, q.u
            FROM unnest(${sql.param(wanted.map(({ conversationId }) => conversationId))}::uuid[],
                        ${sql.param(wanted.map(({ seq }) => seq))}::bigint[],
                        ${sql.param(wanted.map(({ emoji }) => emoji))}::text[],
                        ${sql.param(wanted.map(({ userId }) => userId))}::uuid[]) AS q (c, s, e, u)
            JOIN LATERAL (
              SELECT 1 FROM message_reactions
               WHERE conversation_id = q.c AND seq = q.s AND emoji = q.e AND user_id = q.u OFFSET 0) r ON true`,
    );
    return rows.map(({ c, s, e, u }) => ({ conversationId: c, seq: s, emoji: e, userId: u }));
  }

  /** The markers of the others, without conversations that have no other member or are too large for receipts. */
  othersMarks(db: Db, authors: readonly Author[]): Promise<MarksRow[]> {
    return rowsOf<MarksRow>(
      db,
      sql`SELECT q.c AS conversation_id, q.u AS user_id, o.read::float8 AS read, o.delivered::float8 AS delivered
            FROM unnest(${sql.param(authors.map(({ conversationId }) => conversationId))}::uuid[],
                        ${sql.param(authors.map(({ userId }) => userId))}::uuid[]) AS q (c, u)
            JOIN LATERAL (
              SELECT x.id FROM conversations x
               WHERE x.id = q.c AND x.member_count <= ${LIMITS.receiptsMembers} OFFSET 0) c ON true
            JOIN LATERAL (
              SELECT min(p.last_read_seq) AS read, min(p.last_delivered_seq) AS delivered
                FROM conversation_participants p
               WHERE p.conversation_id = c.id AND p.user_id <> q.u AND p.left_at IS NULL) o ON o.read IS NOT NULL`,
    );
  }
}
