import { Injectable } from '@nestjs/common';
import type { MemberRole } from '@parley/protocol';
import { and, asc, eq, inArray, isNull, ne, sql } from 'drizzle-orm';
import { Database, type Db } from '../../database/database.js';
import { membershipIn } from '../../database/membership-in.js';
import type { MessageRow } from '../../database/rows.js';
import { rowsOf } from '../../database/rows-of.js';
import { conversationParticipants, mentions, messageReactions, messages } from '../../database/schema/index.js';
import { messageColumns } from '../conversation-log/index.js';
import { MessageTexts } from '../encryption/index.js';

/** A message, and the role of the member who wants to change it. */
export interface FoundMessage {
  message: MessageRow;
  role: MemberRole;
  silencedUntil: Date | null;
  /** The database's clock, in whole milliseconds. */
  at: Date;
}

interface Wanted {
  messageId: string;
  userId: string;
}

/** Messages of one sender in one conversation. */
export interface OwnMessages {
  conversationId: string;
  senderId: string;
  seqs: readonly number[];
}

const CLOCK_MS = sql<number>`(extract(epoch FROM date_trunc('milliseconds', clock_timestamp())) * 1000)::float8`;

/** Changing messages, inside the caller's transaction: a fixed number of statements, whatever the number of members. */
@Injectable()
export class MessageChangesRepository {
  constructor(
    private readonly database: Database,
    private readonly texts: MessageTexts,
  ) {}

  /** Where a message is, for a member of its conversation; null for everybody else. Holds nothing. */
  async conversationOf(messageId: string, userId: string): Promise<string | null> {
    const [row] = await this.database.db
      .select({ conversationId: messages.conversationId })
      .from(messages)
      .innerJoin(conversationParticipants, membershipIn(messages.conversationId, userId))
      .where(eq(messages.id, messageId));
    return row?.conversationId ?? null;
  }

  /** Null where the user is no member any more. */
  async find(tx: Db, { messageId, userId }: Wanted): Promise<FoundMessage | null> {
    const [found] = await tx
      .select({
        message: messageColumns,
        role: conversationParticipants.role,
        silencedUntil: conversationParticipants.silencedUntil,
        ms: CLOCK_MS,
      })
      .from(messages)
      .innerJoin(conversationParticipants, membershipIn(messages.conversationId, userId))
      .where(eq(messages.id, messageId));
    if (!found) return null;
    return { ...found, message: await this.texts.openOne(tx, found.message), at: new Date(found.ms) };
  }

  /** Those of these usernames that belong to present members, in the names' order. */
  async membersNamed(tx: Db, conversationId: string, names: readonly string[]): Promise<string[]> {
    if (names.length === 0) return [];
    const rows = await rowsOf<{ id: string }>(
      tx,
      sql`
      SELECT u.id
        FROM unnest(${sql.param([...names])}::text[]) WITH ORDINALITY AS n (name, i)
        JOIN LATERAL (SELECT x.id FROM users x WHERE x.username = n.name OFFSET 0) u ON true
        JOIN LATERAL (
          SELECT 1 FROM conversation_participants x
           WHERE x.conversation_id = ${conversationId} AND x.user_id = u.id AND x.left_at IS NULL OFFSET 0) o ON true
       ORDER BY n.i`,
    );
    return rows.map(({ id }) => id);
  }

  /** Keeps what is counted as mentions in step with the message. */
  async moveMentions(
    tx: Db,
    { conversationId, seq }: MessageRow,
    move: { added: readonly string[]; removed: readonly string[] },
  ): Promise<void> {
    if (move.removed.length > 0) {
      await tx
        .delete(mentions)
        .where(
          and(
            inArray(mentions.userId, [...move.removed]),
            eq(mentions.conversationId, conversationId),
            eq(mentions.seq, seq),
          ),
        );
    }
    if (move.added.length > 0) {
      const rows = move.added.map((userId) => ({ userId, conversationId, seq }));
      await tx.insert(mentions).values(rows).onConflictDoNothing();
    }
  }

  /** Removes what is counted of these messages of a conversation: who is mentioned, and who reacted. */
  async removeCounted(tx: Db, conversationId: string, rows: readonly MessageRow[]): Promise<void> {
    if (rows.length === 0) return;
    const mentioned = rows.flatMap(({ seq, mentions: ids }) => ids.map((userId) => ({ userId, seq })));
    if (mentioned.length > 0) {
      await tx.execute(sql`
        DELETE FROM mentions m
         USING unnest(${sql.param(mentioned.map(({ userId }) => userId))}::uuid[],
                      ${sql.param(mentioned.map(({ seq }) => seq))}::bigint[]) AS q (u, s)
         WHERE m.user_id = q.u AND m.conversation_id = ${conversationId} AND m.seq = q.s`);
    }
    const seqs = rows.map(({ seq }) => seq);
    const { conversationId: owner, seq } = messageReactions;
    await tx.delete(messageReactions).where(and(eq(owner, conversationId), inArray(seq, seqs)));
  }

  /** Those of these messages of one sender that are not deleted, by `seq`; none that the server wrote. */
  async ownAt(tx: Db, { conversationId, senderId, seqs }: OwnMessages): Promise<MessageRow[]> {
    const { conversationId: owner, senderId: sender, seq, type, deletedAt } = messages;
    const rows = await tx
      .select(messageColumns)
      .from(messages)
      .where(
        and(
          eq(owner, conversationId),
          inArray(seq, [...seqs]),
          eq(sender, senderId),
          ne(type, 'system'),
          isNull(deletedAt),
        ),
      )
      .orderBy(asc(seq));
    return this.texts.open(tx, rows);
  }

  /** The database's clock, in whole milliseconds. */
  async now(tx: Db): Promise<Date> {
    const [row] = await rowsOf<{ ms: number }>(tx, sql`SELECT ${CLOCK_MS} AS ms`);
    return new Date(row?.ms ?? 0);
  }
}
