import { Injectable } from '@nestjs/common';
import { LIMITS } from '@parley/protocol';
import { sql } from 'drizzle-orm';
import { Database } from '../../database/database.js';

@Injectable()
export class PresenceRepository {
  constructor(private readonly database: Database) {}

  /** Stores that these users came or went; returns the time of it, by the database's clock. */
  async store(userIds: readonly string[], isOnline: boolean): Promise<string | null> {
    const { rows } = (await this.database.db.execute(sql`
      UPDATE users SET status = ${isOnline ? 'online' : 'offline'}, last_seen_at = date_trunc('milliseconds', now())
       WHERE id IN (SELECT id FROM users WHERE id = ANY(${sql.param([...userIds])}::uuid[]) ORDER BY id FOR NO KEY UPDATE)
      RETURNING (extract(epoch FROM last_seen_at) * 1000)::float8 AS ms`)) as unknown as { rows: { ms: number }[] };
    return rows[0] ? new Date(rows[0].ms).toISOString() : null;
  }

  /** Whoever was online when the only node ended without saying so. */
  async clear(): Promise<void> {
    await this.database.db.execute(sql`UPDATE users SET status = 'offline' WHERE status = 'online'`);
  }

  /** The small conversations of each of these users: who is in one with them hears of their coming and going. */
  async audiences(userIds: readonly string[]): Promise<Map<string, string[]>> {
    const { rows } = (await this.database.db.execute(sql`
      SELECT p.user_id, array_agg(p.conversation_id::text) AS conversations
        FROM conversation_participants p
        JOIN LATERAL (SELECT member_count FROM conversations x WHERE x.id = p.conversation_id OFFSET 0) c ON true
       WHERE p.user_id = ANY(${sql.param([...userIds])}::uuid[]) AND p.left_at IS NULL
         AND c.member_count <= ${LIMITS.receiptsMembers}
       GROUP BY p.user_id`)) as unknown as { rows: { user_id: string; conversations: string[] }[] };
    return new Map(rows.map((row) => [row.user_id, row.conversations]));
  }
}
