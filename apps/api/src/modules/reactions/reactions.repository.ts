import { Injectable } from '@nestjs/common';
import type { MessageReaction } from '@parley/protocol';
import { and, eq, sql } from 'drizzle-orm';
import type { Db } from '../../database/database.js';
import { rowsOf } from '../../database/rows-of.js';
import { messageReactions } from '../../database/schema/index.js';

/** A user's emoji on a message. */
export interface Reaction {
  conversationId: string;
  seq: number;
  messageId: string;
  userId: string;
  emoji: string;
}

@Injectable()
export class ReactionsRepository {
  /** False where it was there already. */
  async insert(tx: Db, reaction: Reaction, at: Date): Promise<boolean> {
    const rows = await tx
      .insert(messageReactions)
      .values({ ...reaction, createdAt: at })
      .onConflictDoNothing()
      .returning({ id: messageReactions.id });
    return rows.length > 0;
  }

  /** False where it was not there. */
  async delete(tx: Db, { conversationId, seq, emoji, userId }: Reaction): Promise<boolean> {
    const rows = await tx
      .delete(messageReactions)
      .where(
        and(
          eq(messageReactions.conversationId, conversationId),
          eq(messageReactions.seq, seq),
          eq(messageReactions.emoji, emoji),
          eq(messageReactions.userId, userId),
        ),
      )
      .returning({ id: messageReactions.id });
    return rows.length > 0;
  }

  /**
   * Who reacted with what, the earliest first: at most so many of each emoji, and all of them together no more than take
   * so many bytes of an answer that describes everyone once.
   */
  async byEmoji(
    tx: Db,
    place: { conversationId: string; seq: number },
    most: { ofEach: number; bytes: number },
  ): Promise<MessageReaction[]> {
    const rows = await rowsOf<MessageReaction>(
      tx,
      sql`
      SELECT r.emoji, jsonb_agg(r.user_id ORDER BY r.nth) AS "userIds"
        FROM (SELECT n.*, sum(n.bytes) OVER (ORDER BY n.nth, n.emoji) AS taken
                FROM (SELECT f.*, ${NAMING} + CASE
                             WHEN row_number() OVER (PARTITION BY f.user_id ORDER BY f.nth, f.emoji) = 1 THEN u.bytes
                             ELSE 0 END AS bytes
                        FROM (SELECT emoji, user_id,
                                     row_number() OVER (PARTITION BY emoji ORDER BY created_at, user_id) AS nth
                                FROM message_reactions
                               WHERE conversation_id = ${place.conversationId} AND seq = ${place.seq}) f
                        JOIN LATERAL (SELECT ${VIEW} AS bytes FROM users x WHERE x.id = f.user_id OFFSET 0) u ON true
                       WHERE f.nth <= ${most.ofEach}) n) r
       WHERE r.taken <= ${most.bytes}
       GROUP BY r.emoji`,
    );
    return rows;
  }
}

/** Bytes of an id in an answer, and of a user's fields: never less than they take as JSON. */
const NAMING = sql.raw('40');
const VIEW = sql.raw(
  `200 + octet_length(to_json(x.display_name)::text) + coalesce(octet_length(to_json(x.avatar_url)::text), 0)`,
);
