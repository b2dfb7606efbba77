import { Injectable } from '@nestjs/common';
import { and, eq, ne, type SQL, sql } from 'drizzle-orm';
import type { Config } from '../../config/config.js';
import type { Availability } from '../../database/availability.js';
import { Database, type Db } from '../../database/database.js';
import { rowsOf } from '../../database/rows-of.js';
import { conversations } from '../../database/schema/index.js';

/** Of the advisory locks of this database, the one under which things are archived and expire: by one node at a time. */
const RETENTION_LOCK = 7_265_003_051;

export type Days = Pick<Config, 'archiveAfterDays' | 'retentionDays'>;

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
  async takeLock(tx: Db): Promise<boolean> {
    const rows = await rowsOf<{ mine: boolean }>(tx, sql`SELECT pg_try_advisory_xact_lock(${RETENTION_LOCK}) AS mine`);
    return rows[0]?.mine === true;
  }

  /** The next conversations by their ids, all of which something may be due; null where another node is at it. */
  page(days: Days, after: string | null, most: number): Promise<DueConversation[] | null> {
    return this.database.transaction(async (tx) => {
      if (!(await this.takeLock(tx))) return null;
      // Of each only the oldest message, by its key: those after it are no older.
      return rowsOf<DueConversation>(
        tx,
        sql`
        SELECT c.id, ${isIdle(days)} AS "isIdle", coalesce(${hasExpired(days)}, false) AS "hasExpired"
          FROM (SELECT * FROM conversations x WHERE (${after}::uuid IS NULL OR x.id > ${after}::uuid) AND ${mayBeDue(days)}
                 ORDER BY x.id LIMIT ${most}) c
          LEFT JOIN LATERAL (
            SELECT x.created_at FROM messages x WHERE x.conversation_id = c.id AND x.seq = c.first_seq OFFSET 0) m ON true
         ORDER BY c.id`,
      );
    });
  }

  /** As its owners and the server admins have set it; null where there is no such conversation. */
  async settings(conversationId: string): Promise<{ days: number | null; isHeld: boolean } | null> {
    const [row] = await this.database.db
      .select({ days: conversations.retentionDays, isHeld: conversations.isHeld })
      .from(conversations)
      .where(eq(conversations.id, conversationId));
    return row ?? null;
  }

  /** With what `within` does in the same transaction. False where it is so already, or there is no such conversation. */
  setHeld(conversationId: string, isHeld: boolean, within: (tx: Db) => Promise<void>): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const changed = await tx
        .update(conversations)
        .set({ isHeld })
        .where(and(eq(conversations.id, conversationId), ne(conversations.isHeld, isHeld)))
        .returning({ id: conversations.id });
      if (changed.length > 0) await within(tx);
      return changed.length > 0;
    });
  }
}

/** Of conversations `x`: where nothing is due by the server's settings, those whose owners say for how long. */
const mayBeDue = ({ archiveAfterDays, retentionDays }: Days): SQL =>
  archiveAfterDays === 0 && retentionDays === 0 ? sql`x.retention_days IS NOT NULL` : sql`true`;

/** Of a conversation `c`. */
const isIdle = ({ archiveAfterDays }: Days): SQL =>
  archiveAfterDays === 0
    ? sql`false`
    : sql`(NOT c.is_archived AND c.updated_at < now() - make_interval(days => ${archiveAfterDays}))`;

/**
 * Of a message `m` of a conversation `c`. By whole days of UTC, so that a conversation has at most one expiry a day. Null where
 * there is no end to it.
 */
export const hasExpired = ({ retentionDays }: Days): SQL =>
  sql`(NOT c.is_held AND m.created_at < date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
        - make_interval(days => coalesce(c.retention_days, nullif(${retentionDays}::integer, 0))))`;
