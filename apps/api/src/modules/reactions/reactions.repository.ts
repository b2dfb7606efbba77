import { Injectable } from '@nestjs/common';
import type { MessageReaction } from '@parley/protocol';
import { and, eq, sql } from 'drizzle-orm';
import type { Db } from '../../database/database.js';
import { messageReactions } from '../../database/schema/index.js';

/** Somebody's emoji on a message. */
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

  /** Who reacted with what, the earliest first, at most so many of each emoji. */
  async byEmoji(tx: Db, place: { conversationId: string; seq: number }, most: number): Promise<MessageReaction[]> {
    const { rows } = (await tx.execute(sql`
      SELECT r.emoji, jsonb_agg(r.user_id ORDER BY r.nth) AS "userIds"
        FROM (SELECT emoji, user_id, row_number() OVER (PARTITION BY emoji ORDER BY created_at, user_id) AS nth
                FROM message_reactions
               WHERE conversation_id = ${place.conversationId} AND seq = ${place.seq}) r
       WHERE r.nth <= ${most}
       GROUP BY r.emoji`)) as unknown as { rows: MessageReaction[] };
    return rows;
  }
}
