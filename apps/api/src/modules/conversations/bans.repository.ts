import { Injectable } from '@nestjs/common';
import { and, desc, eq, inArray } from 'drizzle-orm';
import { Database, type Db } from '../../database/database.js';
import { conversationBans } from '../../database/schema/index.js';
import { isBehind, type TimePlace } from '../../database/time-place.js';

export type BanRow = typeof conversationBans.$inferSelect;

/** Who cannot be added to which group; written under the conversation's lock. */
@Injectable()
export class BansRepository {
  constructor(private readonly database: Database) {}

  /** False where they are banned already. */
  async insert(tx: Db, ban: { conversationId: string; userId: string; bannedBy: string }): Promise<boolean> {
    const rows = await tx.insert(conversationBans).values(ban).onConflictDoNothing().returning();
    return rows.length > 0;
  }

  /** False where they are not banned. */
  async delete(tx: Db, conversationId: string, userId: string): Promise<boolean> {
    const rows = await tx
      .delete(conversationBans)
      .where(and(eq(conversationBans.conversationId, conversationId), eq(conversationBans.userId, userId)))
      .returning();
    return rows.length > 0;
  }

  /** Whether anybody of these is banned. */
  async hasAny(tx: Db, conversationId: string, userIds: readonly string[]): Promise<boolean> {
    const banned = and(
      eq(conversationBans.conversationId, conversationId),
      inArray(conversationBans.userId, [...userIds]),
    );
    return (await tx.$count(conversationBans, banned)) > 0;
  }

  /** The latest first. */
  list(conversationId: string, page: { after: TimePlace | null; limit: number }): Promise<BanRow[]> {
    const { bannedAt, userId } = conversationBans;
    const place = isBehind([bannedAt, userId], 'desc', page.after);
    return this.database.db
      .select()
      .from(conversationBans)
      .where(and(eq(conversationBans.conversationId, conversationId), place))
      .orderBy(desc(bannedAt), desc(userId))
      .limit(page.limit);
  }
}
