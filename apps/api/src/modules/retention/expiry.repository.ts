import { Injectable } from '@nestjs/common';
import { type SQL, sql } from 'drizzle-orm';
import { Database, type Db } from '../../database/database.js';
import { NOW } from '../../database/now.js';
import { rowsOf } from '../../database/rows-of.js';
import { type Days, hasExpired } from './retention.repository.js';

/** What one transaction is about: the oldest messages of a conversation. */
export interface ExpiryStep {
  conversationId: string;
  /** With their reactions and edits at most so many rows, or one message with all of its own. */
  rows: number;
}

@Injectable()
export class ExpiryRepository {
  constructor(private readonly database: Database) {}

  /** Of the messages of one step the last one that is too old; null where none is. */
  async expiredUpTo(
    days: Days,
    { conversationId, rows }: ExpiryStep,
    db: Db = this.database.db,
  ): Promise<number | null> {
    const countOf = (table: string): SQL => sql`(
      SELECT count(*) FROM (SELECT FROM ${sql.raw(table)} y
                             WHERE y.conversation_id = x.conversation_id AND y.seq = x.seq LIMIT ${rows}) z)`;
    const [found] = await rowsOf<{ seq: number | null }>(
      db,
      sql`
      SELECT max(m.seq)::float8 AS seq
        FROM conversations c
        JOIN LATERAL (
          SELECT x.seq, x.created_at,
                 sum(1 + ${countOf('message_reactions')} + ${countOf('message_edit_history')}) OVER (ORDER BY x.seq) AS up_to
            FROM (SELECT y.* FROM messages y WHERE y.conversation_id = c.id ORDER BY y.seq LIMIT ${rows}) x) m ON true
       WHERE c.id = ${conversationId} AND ${hasExpired(days)} AND (m.up_to <= ${rows} OR m.seq = c.first_seq)`,
    );
    return found?.seq ?? null;
  }

  /**
   * When members read messages up to there: at most as many moves as a step has rows, each found by its key. Returns how
   * many; none of what is held.
   */
  async forgetReads({ conversationId, rows }: ExpiryStep, upTo: number, db: Db = this.database.db): Promise<number> {
    const forgotten = await rowsOf<unknown>(
      db,
      sql`
      DELETE FROM read_ranges r
       USING (SELECT x.user_id, x.to_seq FROM conversations c
               JOIN conversation_participants p ON p.conversation_id = c.id
               JOIN LATERAL (
                 SELECT y.user_id, y.to_seq FROM read_ranges y
                  WHERE y.conversation_id = p.conversation_id AND y.user_id = p.user_id AND y.to_seq <= ${upTo}
                  ORDER BY y.to_seq LIMIT ${rows}) x ON true
              WHERE c.id = ${conversationId} AND NOT c.is_held LIMIT ${rows}) gone
       WHERE r.conversation_id = ${conversationId} AND r.user_id = gone.user_id AND r.to_seq = gone.to_seq
      RETURNING 1`,
    );
    return forgotten.length;
  }

  /**
   * Removes all messages of a locked conversation up to this one, and whatever there is of them elsewhere. Returns of the last
   * one the version that it came with, and how many there were up to it that are not `system`.
   */
  async expire(tx: Db, step: ExpiryStep, upTo: number): Promise<{ countable: number; version: number }> {
    const { conversationId } = step;
    const isOf = (table: string): SQL =>
      sql`${sql.raw(table)}.conversation_id = ${conversationId} AND ${sql.raw(table)}.seq <= ${upTo}`;
    // Marks are judged under the same lock: from here on there is none at these messages.
    await tx.execute(sql`
      SELECT 1 FROM conversation_receipts r WHERE r.conversation_id = ${conversationId} FOR NO KEY UPDATE`);
    await this.forgetReads(step, upTo, tx);
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
    // With what refers to them: reactions, edits, and which files they carry.
    const rows = await rowsOf<{ countable: number; version: number }>(
      tx,
      sql`WITH gone AS (DELETE FROM messages m WHERE ${isOf('m')} RETURNING m.countable, m.created_version)
          SELECT coalesce(max(gone.countable), 0)::float8 AS countable,
                 coalesce(max(gone.created_version), 0)::float8 AS version FROM gone`,
    );
    // After the messages, as who makes them findable or reports them locks them first: what was written meanwhile is seen by now.
    await tx.execute(sql`UPDATE message_reports r SET content = '' WHERE ${isOf('r')} AND r.content <> ''`);
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
