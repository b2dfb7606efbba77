import { Injectable } from '@nestjs/common';
import { and, asc, eq, gt, isNull, sql } from 'drizzle-orm';
import type { Availability } from '../../database/availability.js';
import { Database } from '../../database/database.js';
import { rowsOf } from '../../database/rows-of.js';
import {
  accountErasures,
  accountLinks,
  conversationParticipants,
  conversationSettings,
  conversations,
  pushSubscriptions,
  refreshSessions,
  userBlocks,
  users,
} from '../../database/schema/index.js';

/** Somebody who has left, of whom something is still there. */
export interface Leaver {
  userId: string;
  keepsMessages: boolean;
}

/** A message of theirs, by its place in the order in which these are read. */
export interface LeftMessage {
  seq: number;
  clientMessageId: string;
  isDeleted: boolean;
  hasFiles: boolean;
}

/** What people have left behind, in steps that are short and can be repeated. */
@Injectable()
export class ErasureRepository {
  constructor(private readonly database: Database) {}

  get availability(): Availability {
    return this.database.availability;
  }

  /** Somebody who left at least so long ago, for this run alone until so long from now; null where nothing is left to do. */
  async claim(runId: string, { afterMs, leaseMs }: { afterMs: number; leaseMs: number }): Promise<Leaver | null> {
    const ms = (count: number) => sql`${count}::float8 * interval '1 millisecond'`;
    const [row] = await rowsOf<Leaver>(
      this.database.db,
      sql`
      UPDATE account_erasures e SET claimed_by = ${runId}, claimed_until = now() + ${ms(leaseMs)}
       WHERE e.user_id = (
         SELECT x.user_id FROM account_erasures x
          WHERE x.requested_at <= now() - ${ms(afterMs)} AND coalesce(x.claimed_until, now()) <= now()
          ORDER BY x.claimed_until NULLS FIRST, x.requested_at LIMIT 1 FOR UPDATE SKIP LOCKED)
      RETURNING e.user_id AS "userId", e.keeps_messages AS "keepsMessages"`,
    );
    return row ?? null;
  }

  /** False where another run has it by now. */
  async renew(userId: string, runId: string, leaseMs: number): Promise<boolean> {
    const rows = await this.database.db
      .update(accountErasures)
      .set({ claimedUntil: sql`now() + ${leaseMs}::float8 * interval '1 millisecond'` })
      .where(and(eq(accountErasures.userId, userId), eq(accountErasures.claimedBy, runId)))
      .returning({ userId: accountErasures.userId });
    return rows.length > 0;
  }

  /** Ids of conversations that they were ever in, or of groups that they still are in, in the order of ids. */
  async conversationsOf(
    userId: string,
    { after, most, isGroup }: { after: string | null; most: number; isGroup: boolean },
  ): Promise<string[]> {
    const { conversationId, userId: member, leftAt } = conversationParticipants;
    const isStillIn = isGroup ? and(eq(conversations.type, 'group'), isNull(leftAt)) : undefined;
    const rows = await this.database.db
      .select({ conversationId })
      .from(conversationParticipants)
      .innerJoin(conversations, eq(conversations.id, conversationId))
      .where(and(eq(member, userId), after === null ? undefined : gt(conversationId, after), isStillIn))
      .orderBy(asc(conversationId))
      .limit(most);
    return rows.map((row) => row.conversationId);
  }

  /** Their messages of a conversation, by the ids that their clients gave them, which an index has in order. */
  messagesOf(
    userId: string,
    { conversationId, after, most }: { conversationId: string; after: string | null; most: number },
  ): Promise<LeftMessage[]> {
    const isBeyond = after === null ? sql`` : sql` AND m.client_message_id > ${after}`;
    return rowsOf<LeftMessage>(
      this.database.db,
      sql`
      SELECT m.seq::float8 AS seq, m.client_message_id AS "clientMessageId", m.deleted_at IS NOT NULL AS "isDeleted",
             EXISTS (SELECT 1 FROM message_files l WHERE l.conversation_id = m.conversation_id AND l.seq = m.seq) AS "hasFiles"
        FROM messages m
       WHERE m.conversation_id = ${conversationId} AND m.sender_id = ${userId}${isBeyond}
       ORDER BY m.client_message_id LIMIT ${most}`,
    );
  }

  /**
   * Who has been in the group the longest, of its admins if there are any, and of those who are disabled only where all are; null where
   * everybody else has left for good, too.
   */
  async heirOf(conversationId: string, userId: string): Promise<string | null> {
    const [row] = await rowsOf<{ id: string }>(
      this.database.db,
      sql`
      SELECT u.id FROM conversation_participants p JOIN users u ON u.id = p.user_id
       WHERE p.conversation_id = ${conversationId} AND p.user_id <> ${userId} AND p.left_at IS NULL AND u.deleted_at IS NULL
       ORDER BY u.is_disabled, p.role = 'admin' DESC, p.joined_at, u.id LIMIT 1`,
    );
    return row?.id ?? null;
  }

  /** What else is there of them: where they signed in, whom they blocked, what they reported, what was reported of theirs. */
  finish(userId: string): Promise<void> {
    return this.database.transaction(async (tx) => {
      await tx.delete(pushSubscriptions).where(eq(pushSubscriptions.userId, userId));
      await tx.delete(refreshSessions).where(eq(refreshSessions.userId, userId));
      await tx.update(accountLinks).set({ username: null }).where(eq(accountLinks.userId, userId));
      await tx.delete(conversationSettings).where(eq(conversationSettings.userId, userId));
      await tx.delete(userBlocks).where(eq(userBlocks.blockerId, userId));
      await tx.execute(sql`UPDATE message_reports SET comment = NULL WHERE reporter_id = ${userId}`);
      await tx.execute(sql`
        UPDATE message_reports r SET content = NULL
         WHERE r.sender_id = ${userId} AND r.content IS NOT NULL AND EXISTS (
           SELECT 1 FROM messages m
            WHERE m.conversation_id = r.conversation_id AND m.seq = r.seq AND m.deleted_at IS NOT NULL)`);
      await tx.update(users).set({ lastSeenAt: null }).where(eq(users.id, userId));
      await tx.delete(accountErasures).where(eq(accountErasures.userId, userId));
    });
  }
}
