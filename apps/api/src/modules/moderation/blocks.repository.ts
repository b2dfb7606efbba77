import { Injectable } from '@nestjs/common';
import { and, asc, eq, sql } from 'drizzle-orm';
import { Database } from '../../database/database.js';
import { userBlocks } from '../../database/schema/index.js';

@Injectable()
export class BlocksRepository {
  constructor(private readonly database: Database) {}

  /** False where that one is blocked already. */
  async insert(blockerId: string, blockedId: string): Promise<boolean> {
    const rows = await this.database.db
      .insert(userBlocks)
      .values({ blockerId, blockedId })
      .onConflictDoNothing()
      .returning();
    return rows.length > 0;
  }

  /** False where that one was not blocked. */
  async delete(blockerId: string, blockedId: string): Promise<boolean> {
    const rows = await this.database.db
      .delete(userBlocks)
      .where(and(eq(userBlocks.blockerId, blockerId), eq(userBlocks.blockedId, blockedId)))
      .returning({ one: sql`1` });
    return rows.length > 0;
  }

  /** Whom this user blocks, in that order. */
  async blockedBy(blockerId: string): Promise<string[]> {
    const rows = await this.database.db
      .select({ id: userBlocks.blockedId })
      .from(userBlocks)
      .where(eq(userBlocks.blockerId, blockerId))
      .orderBy(asc(userBlocks.createdAt), asc(userBlocks.blockedId));
    return rows.map(({ id }) => id);
  }
}
