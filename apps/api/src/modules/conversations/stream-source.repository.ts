import { Injectable } from '@nestjs/common';
import { and, eq, getTableColumns, gt, inArray, lte, sql } from 'drizzle-orm';
import { Database } from '../../database/database.js';
import { deploymentOf, epochParts } from '../../database/identity.js';
import type { ChangeRecord, ConversationRow } from '../../database/rows.js';
import { rowsOf } from '../../database/rows-of.js';
import { conversationChanges, conversations, users } from '../../database/schema/index.js';
import { versionRanges } from '../../database/version-ranges.js';
import { type Heads, MARKS_AT_ONCE, type Memberships, type VersionRange } from '../../realtime/hub/stream-events.js';

/** A member whose marker moved, with what its event contains. */
export interface MovedMark {
  conversation_id: string;
  user_id: string;
  receipts: number;
  read_seq: number;
  read_id: string | null;
  read_ms: number | null;
  delivered_seq: number;
  delivered_id: string | null;
  delivered_ms: number | null;
  unread: number;
  mentioned: number;
  last_seq: number;
  member_count: number;
}

@Injectable()
export class StreamSourceRepository {
  constructor(private readonly database: Database) {}

  async heads(conversationIds: readonly string[]): Promise<Map<string, Heads>> {
    const rows = await rowsOf<Heads & { id: string }>(
      this.database.db,
      sql`
      SELECT h.id, h.version::float8 AS version, h.receipts::float8 AS receipts, h.trimmed_version::float8 AS trimmed
        FROM unnest(${sql.param([...conversationIds])}::uuid[]) AS q (id)
        JOIN LATERAL (
          SELECT c.id, c.version, c.trimmed_version, r.receipts
            FROM conversations c JOIN conversation_receipts r ON r.conversation_id = c.id
           WHERE c.id = q.id OFFSET 0) h ON true`,
    );
    return new Map(rows.map(({ id, ...heads }) => [id, heads]));
  }

  changesWithin(ranges: readonly VersionRange[]): Promise<ChangeRecord[]> {
    const { conversationId, version } = conversationChanges;
    const within = and(eq(conversationId, sql`q.id`), gt(version, sql`q.after`), lte(version, sql`q.up_to`));
    return this.database.db
      .select(getTableColumns(conversationChanges))
      .from(versionRanges(ranges))
      .innerJoin(conversationChanges, within);
  }

  async conversations(ids: readonly string[]): Promise<Map<string, ConversationRow>> {
    const rows = await this.database.db
      .select()
      .from(conversations)
      .where(inArray(conversations.id, [...ids]));
    return new Map(rows.map((row) => [row.id, row]));
  }

  /** For each of these conversations who moved a mark beyond the given receipts number, in that order. */
  async movedMarks(receipts: ReadonlyMap<string, number>): Promise<MovedMark[]> {
    const rows = await rowsOf<MovedMark>(
      this.database.db,
      sql`
      SELECT m.*
        FROM unnest(${sql.param([...receipts.keys()])}::uuid[], ${sql.param([...receipts.values()])}::bigint[]) AS q (id, receipts)
        JOIN LATERAL (
          SELECT p.conversation_id, p.user_id, p.receipts_version::float8 AS receipts, c.last_seq::float8 AS last_seq,
                 c.member_count, p.last_read_seq::float8 AS read_seq, r.id AS read_id,
                 (extract(epoch FROM p.read_at) * 1000)::float8 AS read_ms,
                 p.last_delivered_seq::float8 AS delivered_seq, d.id AS delivered_id,
                 (extract(epoch FROM p.delivered_at) * 1000)::float8 AS delivered_ms,
                 (c.countable - greatest(p.read_countable, c.expired_countable))::float8 AS unread,
                 (SELECT count(*) FROM mentions e WHERE e.user_id = p.user_id AND e.conversation_id = p.conversation_id
                     AND e.seq > p.last_read_seq)::float8 AS mentioned
            FROM conversation_participants p
            JOIN conversations c ON c.id = p.conversation_id
            LEFT JOIN messages r ON r.conversation_id = p.conversation_id AND r.seq = p.last_read_seq
            LEFT JOIN messages d ON d.conversation_id = p.conversation_id AND d.seq = p.last_delivered_seq
           WHERE p.conversation_id = q.id AND p.receipts_version > q.receipts AND p.left_at IS NULL
           ORDER BY p.receipts_version
           LIMIT ${MARKS_AT_ONCE}) m ON true
       ORDER BY m.conversation_id, m.receipts`,
    );
    return rows;
  }

  async memberships(userIds: readonly string[]): Promise<Map<string, Memberships>> {
    const rows = await rowsOf<{ id: string; cursor: number; present: [string, number][] }>(
      this.database.db,
      sql`
      SELECT u.id, u.membership_version::float8 AS cursor,
             (SELECT coalesce(jsonb_agg(jsonb_build_array(p.conversation_id, p.version)), '[]')
                FROM conversation_participants p WHERE p.user_id = u.id AND p.left_at IS NULL) AS present
        FROM users u WHERE u.id = ANY(${sql.param([...userIds])}::uuid[])`,
    );
    return new Map(
      rows.map(({ id, cursor, present }) => [
        id,
        { cursor, present: present.map(([conversationId, version]) => ({ conversationId, version })) },
      ]),
    );
  }

  async membershipVersions(userIds: readonly string[]): Promise<Map<string, number>> {
    const rows = await this.database.db
      .select({ id: users.id, version: users.membershipVersion })
      .from(users)
      .where(sql`${users.id} = ANY(${sql.param([...userIds])}::uuid[])`);
    return new Map(rows.map(({ id, version }) => [id, version]));
  }

  /** Differs after a restored backup, a failover to another timeline, or on another database altogether. */
  epochParts(): Promise<string[]> {
    return epochParts(this.database.db);
  }

  /** Differs between databases of one server too. */
  deployment(): Promise<string> {
    return deploymentOf(this.database.db);
  }
}
