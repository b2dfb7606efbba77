import { Injectable } from '@nestjs/common';
import { LIMITS } from '@parley/protocol';
import { and, desc, eq, gt, inArray, or, sql } from 'drizzle-orm';
import { Database } from '../../database/database.js';
import { NOW } from '../../database/now.js';
import { pushSubscriptions, refreshSessions, users } from '../../database/schema/index.js';
import { newId } from '../../kernel/ids.js';

export type SubscriptionRow = typeof pushSubscriptions.$inferSelect;

export interface NewSubscription {
  userId: string;
  sessionId: string | null;
  endpoint: string;
  /** SHA-256 of the endpoint. */
  endpointHash: Buffer;
  p256dh: string;
  auth: string;
  isPrivate: boolean;
}

/** As long as a session lives without being used. */
const DAYS = 30;
const ends = sql`${NOW} + make_interval(days => ${DAYS})`;

@Injectable()
export class PushSubscriptionsRepository {
  constructor(private readonly database: Database) {}

  /**
   * The browser's one subscription, whoever made it before; the user's oldest beyond `LIMITS.pushSubscriptions` go. Null
   * where the session has ended meanwhile.
   */
  save({ userId, sessionId, endpoint, endpointHash, ...rest }: NewSubscription): Promise<SubscriptionRow | null> {
    const { id, renewedAt, userId: owner } = pushSubscriptions;
    return this.database.transaction(async (tx) => {
      // So that two of one user do not each leave the other one's.
      await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('no key update');
      // The lock waits for the end of the session, and that for it.
      const isOf = sessionId === null ? undefined : eq(refreshSessions.id, sessionId);
      const isLive = and(isOf, sql`${refreshSessions.revokedAt} IS NULL`);
      if (isOf && (await tx.select({ one: sql`1` }).from(refreshSessions).where(isLive).for('share')).length === 0)
        return null;
      const values = { userId, sessionId, ...rest, renewedAt: NOW, expiresAt: ends };
      const [row] = await tx
        .insert(pushSubscriptions)
        .values({ id: newId(), endpoint, endpointHash, createdAt: NOW, ...values })
        .onConflictDoUpdate({ target: pushSubscriptions.endpointHash, set: values })
        .returning();
      const newest = tx
        .select({ id })
        .from(pushSubscriptions)
        .where(eq(owner, userId))
        .orderBy(desc(renewedAt), desc(id))
        .limit(LIMITS.pushSubscriptions);
      await tx.delete(pushSubscriptions).where(and(eq(owner, userId), sql`${id} NOT IN (${newest})`));
      return row ?? null;
    });
  }

  /** Those that are still told of anything, the latest first: never more than `LIMITS.pushSubscriptions`. */
  list(userId: string): Promise<SubscriptionRow[]> {
    const { expiresAt, createdAt, id } = pushSubscriptions;
    return this.database.db
      .select()
      .from(pushSubscriptions)
      .where(and(eq(pushSubscriptions.userId, userId), gt(expiresAt, NOW)))
      .orderBy(desc(createdAt), desc(id))
      .limit(LIMITS.pushSubscriptions);
  }

  /** False where the user has no such one. */
  async delete(userId: string, id: string): Promise<boolean> {
    const rows = await this.database.db
      .delete(pushSubscriptions)
      .where(and(eq(pushSubscriptions.id, id), eq(pushSubscriptions.userId, userId)))
      .returning({ one: sql`1` });
    return rows.length > 0;
  }

  /** Of these sessions; of all of the user's where they are kept out. */
  async deleteEnded({
    userId,
    sessionIds,
    isDisabled,
  }: {
    userId: string;
    sessionIds: readonly string[];
    isDisabled: boolean;
  }) {
    const isOfSessions = inArray(pushSubscriptions.sessionId, [...sessionIds]);
    const which = isDisabled ? or(isOfSessions, eq(pushSubscriptions.userId, userId)) : isOfSessions;
    await this.database.db.delete(pushSubscriptions).where(which);
  }

  /** What the push service says is over, unless the browser has made it anew meanwhile. */
  async forget(id: string, auth: string): Promise<void> {
    await this.database.db
      .delete(pushSubscriptions)
      .where(and(eq(pushSubscriptions.id, id), eq(pushSubscriptions.auth, auth)));
  }
}
