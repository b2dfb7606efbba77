import { Injectable } from '@nestjs/common';
import { type SQL, sql } from 'drizzle-orm';
import type { Config } from '../../config/config.js';
import type { Availability } from '../../database/availability.js';
import { Database, type Db } from '../../database/database.js';
import { NOW } from '../../database/now.js';
import { rowsOf } from '../../database/rows-of.js';

/** Of the advisory locks of this database, the one under which things are archived and expire: by one node at a time. */
const RETENTION_LOCK = 7_265_003_051;

type Days = Pick<Config, 'archiveAfterDays' | 'retentionDays'>;

/** A conversation, and what is due in it. */
export interface DueConversation {
  id: string;
  isIdle: boolean;
  hasExpired: boolean;
}

@Injectable()
export class RetentionRepository {
  constructor(private readonly database: Database) {}

  get availability(): Availability {
    return this.database.availability;
  }

  /** Until the transaction ends; false where another node has it. */
  async takeTurn(tx: Db): Promise<boolean> {
    const rows = await rowsOf<{ mine: boolean }>(tx, sql`SELECT pg_try_advisory_xact_lock(${RETENTION_LOCK}) AS mine`);
    return rows[0]?.mine === true;
  }

  /** The next conversations by their ids, all of them; null where another node is at it. */
  page(days: Days, after: string | null, most: number): Promise<DueConversation[] | null> {
    return this.database.transaction(async (tx) => {
      if (!(await this.takeTurn(tx))) return null;
      // Of each only the oldest message, by its key: those after it are no older.
      return rowsOf<DueConversation>(
        tx,
        sql`
        SELECT c.id, ${isIdle(days)} AS "isIdle", coalesce(${hasExpired(days)}, false) AS "hasExpired"
          FROM (SELECT * FROM conversations x WHERE ${after}::uuid IS NULL OR x.id > ${after}::uuid
                 ORDER BY x.id LIMIT ${most}) c
          LEFT JOIN LATERAL (
            SELECT x.created_at FROM messages x WHERE x.conversation_id = c.id AND x.seq = c.first_seq OFFSET 0) m ON true
         ORDER BY c.id`,
      );
    });
  }

  /** Of the oldest `most` messages the last one that is too old; null where none is. */
  async expiredUpTo(days: Days, conversationId: string, most: number): Promise<number | null> {
    const rows = await rowsOf<{ seq: number | null }>(
      this.database.db,
      sql`
      SELECT max(m.seq)::float8 AS seq
        FROM conversations c
        JOIN LATERAL (SELECT x.seq, x.created_at FROM messages x WHERE x.conversation_id = c.id
                       ORDER BY x.seq LIMIT ${most}) m ON true
       WHERE c.id = ${conversationId} AND ${hasExpired(days)}`,
    );
    return rows[0]?.seq ?? null;
  }

  /** When members read messages up to there: at most so many moves, and returns how many. Each is found by its key. */
  async forgetReads(conversationId: string, upTo: number, most: number): Promise<number> {
    const rows = await rowsOf<unknown>(
      this.database.db,
      sql`
      DELETE FROM read_ranges r
       USING (SELECT x.user_id, x.to_seq FROM conversation_participants p
               JOIN LATERAL (
                 SELECT y.user_id, y.to_seq FROM read_ranges y
                  WHERE y.conversation_id = p.conversation_id AND y.user_id = p.user_id AND y.to_seq <= ${upTo}
                  ORDER BY y.to_seq LIMIT ${most}) x ON true
              WHERE p.conversation_id = ${conversationId} LIMIT ${most}) gone
       WHERE r.conversation_id = ${conversationId} AND r.user_id = gone.user_id AND r.to_seq = gone.to_seq
      RETURNING 1`,
    );
    return rows.length;
  }

  /**
   * Removes all messages of a locked conversation up to this one, and whatever there is of them elsewhere. Returns of the last
   * one the version that it came with, and how many there were up to it that are not `system`.
   */
  async expire(tx: Db, conversationId: string, upTo: number): Promise<{ countable: number; version: number }> {
    const isOf = (table: string): SQL =>
      sql`${sql.raw(table)}.conversation_id = ${conversationId} AND ${sql.raw(table)}.seq <= ${upTo}`;
    await tx.execute(sql`
      INSERT INTO expired_messages (conversation_id, sender_id, client_message_id, id, seq, created_version, created_at)
      SELECT m.conversation_id, m.sender_id, m.client_message_id, m.id, m.seq, m.created_version, m.created_at
        FROM messages m WHERE ${isOf('m')} AND m.type <> 'system'
      ON CONFLICT DO NOTHING`);
    await tx.execute(sql`
      UPDATE files f SET loose_since = ${NOW}
       WHERE f.id IN (SELECT l.file_id FROM message_files l WHERE ${isOf('l')})`);
    await tx.execute(sql`
      DELETE FROM mentions e USING (SELECT unnest(m.mentions) AS user_id, m.seq FROM messages m WHERE ${isOf('m')}) gone
       WHERE e.user_id = gone.user_id AND e.conversation_id = ${conversationId} AND e.seq = gone.seq`);
    await tx.execute(sql`UPDATE message_reports r SET content = '' WHERE ${isOf('r')} AND r.content <> ''`);
    // With what refers to them: reactions, edits, and which files they carry.
    const rows = await rowsOf<{ countable: number; version: number }>(
      tx,
      sql`WITH gone AS (DELETE FROM messages m WHERE ${isOf('m')} RETURNING m.countable, m.created_version)
          SELECT coalesce(max(gone.countable), 0)::float8 AS countable,
                 coalesce(max(gone.created_version), 0)::float8 AS version FROM gone`,
    );
    // After the messages, as who makes them findable locks them first: what they have written meanwhile is seen by now.
    await tx.execute(sql`DELETE FROM message_search f WHERE ${isOf('f')}`);
    await tx.execute(
      sql`DELETE FROM search_backlog b WHERE b.conversation_id = ${conversationId} AND b.to_seq <= ${upTo}`,
    );
    await tx.execute(sql`
      UPDATE search_backlog b SET from_seq = ${upTo + 1}
       WHERE b.conversation_id = ${conversationId} AND b.from_seq <= ${upTo}`);
    return rows[0] ?? { countable: 0, version: 0 };
  }
}

const isIdle = ({ archiveAfterDays }: Days): SQL =>
  archiveAfterDays === 0
    ? sql`false`
    : sql`(NOT c.is_archived AND c.updated_at < now() - make_interval(days => ${archiveAfterDays}))`;

/** By whole days of UTC, so that a conversation has at most one expiry a day. */
const hasExpired = ({ retentionDays }: Days): SQL =>
  retentionDays === 0
    ? sql`false`
    : sql`(m.created_at < date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
                          - make_interval(days => ${retentionDays}))`;
