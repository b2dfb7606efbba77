import { Injectable } from '@nestjs/common';
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Db } from '../../database/database.js';
import { otherOwners } from '../../database/other-members.js';
import type { ConversationRow, ParticipantRow } from '../../database/rows.js';
import { rowsOf } from '../../database/rows-of.js';
import { conversationParticipants, conversationReceipts, conversations, users } from '../../database/schema/index.js';
import { newId } from '../../kernel/ids.js';

/** A new conversation and who will be in it. */
export interface NewConversation {
  id: string;
  type: 'direct' | 'group';
  name: string | null;
  createdBy: string;
  directKey: string | null;
  creationHash: Buffer | null;
  memberIds: readonly string[];
}

/** The one present that all times of one statement share: `clock_timestamp()` moves on between two of its calls. */
const NOW = sql`date_trunc('milliseconds', statement_timestamp())`;

/**
 * Writing conversations and their members, inside the caller's transaction. Locks come in one order everywhere:
 * conversations, then participants, then users, each by id.
 */
@Injectable()
export class ConversationsRepository {
  /** Inserts the conversation, or returns null where its id or its pair exists already. */
  async create(tx: Db, wanted: NewConversation): Promise<ConversationRow | null> {
    const [row] = await tx
      .insert(conversations)
      .values({
        id: wanted.id,
        type: wanted.type,
        name: wanted.name,
        createdBy: wanted.createdBy,
        createdAt: NOW as unknown as Date,
        updatedAt: NOW as unknown as Date,
        memberCount: wanted.memberIds.length,
        directKey: wanted.directKey,
        creationHash: wanted.creationHash,
      })
      .onConflictDoNothing()
      .returning();
    if (!row) return null;
    await tx.insert(conversationReceipts).values({ conversationId: row.id });
    return row;
  }

  findByDirectKey(tx: Db, directKey: string): Promise<ConversationRow | null> {
    return this.first(tx, eq(conversations.directKey, directKey));
  }

  find(tx: Db, id: string): Promise<ConversationRow | null> {
    return this.first(tx, eq(conversations.id, id));
  }

  /** The database's clock, for rows whose time must not go back behind `notBefore`. */
  async now(tx: Db, notBefore: Date): Promise<Date> {
    const rows = await rowsOf<{ ms: number }>(tx, sql`SELECT (extract(epoch FROM ${NOW}) * 1000)::float8 AS ms`);
    return new Date(Math.max(rows[0]?.ms ?? 0, notBefore.getTime()));
  }

  /** Participants by user id, departed ones included. Who holds the conversation's lock sees roles that cannot change. */
  async participants(tx: Db, conversationId: string, userIds: readonly string[]): Promise<Map<string, ParticipantRow>> {
    const rows = await this.selectParticipants(tx, conversationId, userIds);
    return new Map(rows.map((row) => [row.userId, row]));
  }

  /** The same, locked until the transaction ends. */
  async lockParticipants(
    tx: Db,
    conversationId: string,
    userIds: readonly string[],
  ): Promise<Map<string, ParticipantRow>> {
    const rows = await this.selectParticipants(tx, conversationId, userIds).for('no key update');
    return new Map(rows.map((row) => [row.userId, row]));
  }

  /** Locked until the transaction ends, so that no marker moves meanwhile. Taken before any participant's lock. */
  async lockReceipts(tx: Db, conversationId: string): Promise<void> {
    await tx.execute(
      sql`SELECT 1 FROM conversation_receipts WHERE conversation_id = ${conversationId} FOR NO KEY UPDATE`,
    );
  }

  /** Gives the marks of all present members new numbers, as if each had moved now. */
  async renumberMarks(tx: Db, conversationId: string): Promise<void> {
    await tx.execute(sql`
      WITH numbered AS (
        SELECT p.user_id, r.receipts + row_number() OVER (ORDER BY p.user_id) AS number
          FROM conversation_participants p JOIN conversation_receipts r ON r.conversation_id = p.conversation_id
         WHERE p.conversation_id = ${conversationId} AND p.left_at IS NULL
      ), renumbered AS (
        UPDATE conversation_participants p SET receipts_version = n.number
          FROM numbered n WHERE p.conversation_id = ${conversationId} AND p.user_id = n.user_id
      )
      UPDATE conversation_receipts SET receipts = (SELECT max(number) FROM numbered)
       WHERE conversation_id = ${conversationId}`);
  }

  /** Whether somebody else leads it who can still sign in. */
  async hasOtherOwner(tx: Db, place: { conversationId: string; userId: string }): Promise<boolean> {
    return (await rowsOf(tx, sql`${otherOwners(place)} LIMIT 1`)).length > 0;
  }

  /** Raises the membership version of each user under their row's lock. */
  async raiseMembershipVersions(tx: Db, userIds: readonly string[]): Promise<Map<string, number>> {
    const ids = [...userIds].sort();
    await tx.select({ id: users.id }).from(users).where(inArray(users.id, ids)).orderBy(users.id).for('no key update');
    const rows = await tx
      .update(users)
      .set({ membershipVersion: sql`${users.membershipVersion} + 1` })
      .where(inArray(users.id, ids))
      .returning({ id: users.id, version: users.membershipVersion });
    return new Map(rows.map((row) => [row.id, row.version]));
  }

  /** Adds members or revives departed ones; earlier messages are not unread to them. */
  async admit(tx: Db, conversation: ConversationRow, admission: Admission): Promise<ParticipantRow[]> {
    const values = admission.members.map(({ userId, role, userVersion }) => ({
      id: newId(),
      conversationId: conversation.id,
      userId,
      role,
      joinedAt: admission.at,
      version: admission.version,
      userVersion,
      lastReadSeq: conversation.lastSeq,
      lastDeliveredSeq: conversation.lastSeq,
      readCountable: conversation.countable,
    }));
    const excluded = (name: string) => sql.raw(`excluded.${name}`);
    return tx
      .insert(conversationParticipants)
      .values(values)
      .onConflictDoUpdate({
        target: [conversationParticipants.conversationId, conversationParticipants.userId],
        set: {
          role: excluded('role'),
          joinedAt: excluded('joined_at'),
          leftAt: null,
          version: excluded('version'),
          userVersion: excluded('user_version'),
          lastReadSeq: excluded('last_read_seq'),
          lastDeliveredSeq: excluded('last_delivered_seq'),
          readAt: null,
          deliveredAt: null,
          readCountable: excluded('read_countable'),
        },
      })
      .returning();
  }

  async updateParticipant(
    tx: Db,
    key: { conversationId: string; userId: string },
    values: Partial<ParticipantRow>,
  ): Promise<ParticipantRow> {
    const [row] = await tx
      .update(conversationParticipants)
      .set(values)
      .where(
        and(
          eq(conversationParticipants.conversationId, key.conversationId),
          eq(conversationParticipants.userId, key.userId),
        ),
      )
      .returning();
    if (!row) throw new Error('A locked participant is gone.');
    return row;
  }

  private selectParticipants(tx: Db, conversationId: string, userIds: readonly string[]) {
    const { conversationId: owner, userId } = conversationParticipants;
    return tx
      .select()
      .from(conversationParticipants)
      .where(and(eq(owner, conversationId), inArray(userId, [...userIds])))
      .orderBy(userId)
      .$dynamic();
  }

  private async first(tx: Db, where: ReturnType<typeof eq>): Promise<ConversationRow | null> {
    const [row] = await tx.select().from(conversations).where(where);
    return row ?? null;
  }
}

interface Admission {
  version: number;
  at: Date;
  members: readonly { userId: string; role: ParticipantRow['role']; userVersion: number }[];
}
