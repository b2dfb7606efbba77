import { Injectable } from '@nestjs/common';
import { sql } from 'drizzle-orm';
import { Database } from '../../database/database.js';
import { rowsOf } from '../../database/rows-of.js';

/** A conversation of the asker's, and what it is called. */
export interface NamedConversation {
  id: string;
  /** Its name, or what the other person of a direct one is called. */
  names: string[];
}

/** What conversations are called, for `in:`. */
@Injectable()
export class SearchNamesRepository {
  constructor(private readonly database: Database) {}

  conversationsOf(userId: string): Promise<NamedConversation[]> {
    return rowsOf<NamedConversation>(
      this.database.db,
      sql`
      SELECT c.id, CASE WHEN c.type = 'group' THEN ARRAY[c.name] ELSE o.names END AS names
        FROM conversation_participants p
        JOIN LATERAL (SELECT x.id, x.type, x.name FROM conversations x WHERE x.id = p.conversation_id OFFSET 0) c ON true
        LEFT JOIN LATERAL (
          SELECT ARRAY[u.username, u.display_name] AS names FROM conversation_participants y
            JOIN LATERAL (SELECT * FROM users z WHERE z.id = y.user_id OFFSET 0) u ON true
           WHERE c.type = 'direct' AND y.conversation_id = c.id AND y.user_id <> p.user_id OFFSET 0) o ON true
       WHERE p.user_id = ${userId} AND p.left_at IS NULL`,
    );
  }
}
