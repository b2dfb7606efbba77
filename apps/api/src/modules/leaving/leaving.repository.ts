import { Injectable } from '@nestjs/common';
import { eq, sql } from 'drizzle-orm';
import type { Db } from '../../database/database.js';
import { NOW } from '../../database/now.js';
import { otherMembers, otherOwners } from '../../database/other-members.js';
import { rowsOf } from '../../database/rows-of.js';
import { accountErasures, users } from '../../database/schema/index.js';
import { named, type UserRow } from '../users/index.js';

/** What everybody reads of those who left for good. */
const NAME = 'Deleted user';
/** Groups that a refusal names. */
const MOST_NAMED = 20;

/** The one transaction by which somebody leaves for good. */
@Injectable()
export class LeavingRepository {
  /**
   * Ids of groups that would be without an owner, the first of them; who is disabled counts neither as one, nor as somebody to
   * pass the group on to. The groups that the user leads are locked until the transaction ends, so that of two owners who leave at the
   * same time the second one is the last.
   */
  async ledAlone(tx: Db, userId: string): Promise<string[]> {
    const led = sql`
      FROM conversations c JOIN conversation_participants p ON p.conversation_id = c.id
     WHERE p.user_id = ${userId} AND p.role = 'owner' AND p.left_at IS NULL AND c.type = 'group'`;
    await tx.execute(sql`SELECT c.id ${led} ORDER BY c.id FOR NO KEY UPDATE OF c`);
    const place = { conversationId: sql`c.id`, userId: sql`p.user_id` };
    const rows = await rowsOf<{ id: string }>(
      tx,
      sql`
      SELECT c.id ${led} AND EXISTS (${otherMembers(place)}) AND NOT EXISTS (${otherOwners(place)})
       ORDER BY c.id LIMIT ${MOST_NAMED}`,
    );
    return rows.map(({ id }) => id);
  }

  async lock(tx: Db, userId: string): Promise<UserRow | null> {
    const [row] = await tx.select().from(users).where(eq(users.id, userId)).for('no key update');
    return row ?? null;
  }

  /** Overwrites what the user's row says of them, keeps them out, and notes that the rest is to go. */
  async leave(tx: Db, userId: string, { username, keepsMessages }: { username: string; keepsMessages: boolean }) {
    await tx
      .update(users)
      .set({
        ...{ username, ...named(NAME), email: null, avatarUrl: null, passwordHash: null, role: 'user' as const },
        ...{ claimedName: null, claimedPicture: null, claimsIssuedMs: null, claimsHash: null },
        ...{ isDisabled: true, isHidden: true, isAway: false, lastSeenAt: null },
        ...{ deletedAt: NOW, updatedAt: NOW, presenceAt: NOW },
      })
      .where(eq(users.id, userId));
    await tx.insert(accountErasures).values({ userId, keepsMessages }).onConflictDoNothing();
  }
}
