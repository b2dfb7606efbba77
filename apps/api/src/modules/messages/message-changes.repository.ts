import { Injectable } from '@nestjs/common';
import type { MemberRole } from '@parley/protocol';
import { and, eq, gt, inArray, isNull, sql } from 'drizzle-orm';
import { Database, type Db } from '../../database/database.js';
import { fittingRows } from '../../database/message-bytes.js';
import type { MessageRow } from '../../database/rows.js';
import {
  conversationParticipants,
  mentions,
  messageEditHistory,
  messageReactions,
  messages,
} from '../../database/schema/index.js';

export type EditRow = Omit<typeof messageEditHistory.$inferSelect, 'conversationId' | 'seq' | 'originalMetadata'>;

/** A message, and the role of the member who wants to change it. */
export interface FoundMessage {
  message: MessageRow;
  role: MemberRole;
  /** The database's clock, in whole milliseconds. */
  at: Date;
}

interface Wanted {
  messageId: string;
  userId: string;
}

const place = ({ conversationId, seq }: Pick<MessageRow, 'conversationId' | 'seq'>) =>
  and(eq(messages.conversationId, conversationId), eq(messages.seq, seq));

/** Changing messages, inside the caller's transaction: a fixed number of statements, whatever the number of members. */
@Injectable()
export class MessageChangesRepository {
  constructor(private readonly database: Database) {}

  /** Where a message is, for a member of its conversation; null for everybody else. Holds nothing. */
  async conversationOf(messageId: string, userId: string): Promise<string | null> {
    const [row] = await this.database.db
      .select({ conversationId: messages.conversationId })
      .from(messages)
      .innerJoin(conversationParticipants, memberOf(userId))
      .where(eq(messages.id, messageId));
    return row?.conversationId ?? null;
  }

  /** Null where the user is no member any more. */
  async find(tx: Db, { messageId, userId }: Wanted): Promise<FoundMessage | null> {
    const [found] = await tx
      .select({
        message: messages,
        role: conversationParticipants.role,
        ms: sql<number>`(extract(epoch FROM date_trunc('milliseconds', clock_timestamp())) * 1000)::float8`,
      })
      .from(messages)
      .innerJoin(conversationParticipants, memberOf(userId))
      .where(eq(messages.id, messageId));
    return found ? { message: found.message, role: found.role, at: new Date(found.ms) } : null;
  }

  async update(tx: Db, message: MessageRow, values: Partial<MessageRow>): Promise<MessageRow> {
    const [row] = await tx.update(messages).set(values).where(place(message)).returning();
    if (!row) throw new Error('A message of a locked conversation is gone.');
    return row;
  }

  /** Those of these usernames that belong to present members, in the names' order. */
  async membersNamed(tx: Db, conversationId: string, names: readonly string[]): Promise<string[]> {
    if (names.length === 0) return [];
    const { rows } = (await tx.execute(sql`
      SELECT u.id
        FROM unnest(${sql.param([...names])}::text[]) WITH ORDINALITY AS n (name, i)
        JOIN LATERAL (SELECT x.id FROM users x WHERE x.username = n.name OFFSET 0) u ON true
        JOIN LATERAL (
          SELECT 1 FROM conversation_participants x
           WHERE x.conversation_id = ${conversationId} AND x.user_id = u.id AND x.left_at IS NULL OFFSET 0) o ON true
       ORDER BY n.i`)) as unknown as { rows: { id: string }[] };
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

  async insertEdit(
    tx: Db,
    message: MessageRow,
    edit: { version: number; editedBy: string; editedAt: Date },
  ): Promise<void> {
    await tx.insert(messageEditHistory).values({
      ...edit,
      conversationId: message.conversationId,
      seq: message.seq,
      messageId: message.id,
      originalContent: message.content,
      originalMetadata: message.metadata,
    });
  }

  async isEditedAfter(tx: Db, { conversationId, seq }: MessageRow, version: number): Promise<boolean> {
    const { conversationId: owner, seq: at, version: edited } = messageEditHistory;
    const [edit] = await tx
      .select({ edited })
      .from(messageEditHistory)
      .where(and(eq(owner, conversationId), eq(at, seq), gt(edited, version)))
      .limit(1);
    return edit !== undefined;
  }

  async deleteReactions(tx: Db, { conversationId, seq }: MessageRow): Promise<void> {
    await tx
      .delete(messageReactions)
      .where(and(eq(messageReactions.conversationId, conversationId), eq(messageReactions.seq, seq)));
  }

  /**
   * What the message was before its edits, from the oldest after this version: as many as an answer has room for and one
   * at least, of the others only the sizes are looked at.
   */
  async edits(tx: Db, { conversationId, seq }: MessageRow, page: EditsPlace) {
    const { id, messageId, version, originalContent, editedBy, editedAt } = messageEditHistory;
    const candidates = sql`
      SELECT e.id, e.version, ${EDIT_BYTES} + octet_length(e.original_content) AS bytes FROM message_edit_history e
       WHERE e.conversation_id = ${conversationId} AND e.seq = ${seq} AND e.version > ${page.after}
       ORDER BY e.version LIMIT ${page.limit + 1}`;
    const keys = fittingRows(candidates, sql`c.version`, page);
    const found = tx
      .select({ id, messageId, version, originalContent, editedBy, editedAt })
      .from(messageEditHistory)
      .where(eq(id, sql`k.id`))
      .limit(1)
      .as('found');
    const read = await tx
      .select({ row: found._.selectedFields, total: sql<number>`k.total::integer` })
      .from(keys)
      .innerJoinLateral(found, sql`true`)
      .orderBy(sql`k.nth`);
    return { rows: read.map(({ row }) => row), hasMore: (read[0]?.total ?? 0) > read.length };
  }
}

/** Where a page of edits begins, and how much of them is read. */
interface EditsPlace {
  after: number;
  limit: number;
  bytes: number;
}

/** What of an edit in an answer is not the text. */
const EDIT_BYTES = sql.raw('300');

const memberOf = (userId: string) =>
  and(
    eq(conversationParticipants.conversationId, messages.conversationId),
    eq(conversationParticipants.userId, userId),
    isNull(conversationParticipants.leftAt),
  );
