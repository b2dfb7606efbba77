import { Injectable } from '@nestjs/common';
import { and, desc, eq, gt, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
import { Database } from '../../database/database.js';
import { refreshSessions, users } from '../../database/schema/index.js';
import { newId } from '../../kernel/ids.js';
import type { RefreshToken } from './refresh-tokens.js';

export type SessionRow = typeof refreshSessions.$inferSelect;

/** Days that a session lives without being used. */
export const SESSION_DAYS = 30;
const GRACE_SECONDS = 10;
const MOST_LISTED = 100;

const now = sql`date_trunc('milliseconds', now())`;
const ends = sql`${now} + make_interval(days => ${SESSION_DAYS})`;
const isLive = and(isNull(refreshSessions.revokedAt), gt(refreshSessions.expiresAt, now));

export interface Rotated {
  userId: string;
  /** The generation of the token to answer with. */
  generation: number;
}

@Injectable()
export class SessionsRepository {
  constructor(private readonly database: Database) {}

  /** A new session in its first generation; those of the user that ended long ago are swept away. */
  async create(userId: string, userAgent: string | null): Promise<string> {
    const over = or(lt(refreshSessions.expiresAt, now), lt(refreshSessions.revokedAt, sql`${now} - interval '1 day'`));
    await this.database.db.delete(refreshSessions).where(and(eq(refreshSessions.userId, userId), over));
    const id = newId();
    const at = { rotatedAt: now, createdAt: now, lastUsedAt: now, expiresAt: ends };
    await this.database.db.insert(refreshSessions).values({ id, userId, userAgent, ...at });
    return id;
  }

  /**
   * Uses a refresh token. The latest generation is replaced by the next; the one before it, for ten seconds, is
   * answered with that same next one. Null for any other.
   */
  async rotate({ sessionId, generation }: RefreshToken): Promise<Rotated | null> {
    const answer = { userId: refreshSessions.userId, generation: refreshSessions.generation };
    const ofFamily = and(eq(refreshSessions.id, sessionId), isLive);
    const [next] = await this.database.db
      .update(refreshSessions)
      .set({ generation: sql`${refreshSessions.generation} + 1`, rotatedAt: now, lastUsedAt: now, expiresAt: ends })
      .where(and(ofFamily, eq(refreshSessions.generation, generation)))
      .returning(answer);
    if (next) return next;
    const justReplaced = gt(refreshSessions.rotatedAt, sql`${now} - make_interval(secs => ${GRACE_SECONDS})`);
    const [same] = await this.database.db
      .select(answer)
      .from(refreshSessions)
      .where(and(ofFamily, eq(refreshSessions.generation, generation + 1), justReplaced));
    return same ?? null;
  }

  /** Ends one live session of this user, or of anybody; null where there is none. */
  endOne(sessionId: string, userId?: string): Promise<SessionRow | null> {
    const owned = userId === undefined ? undefined : eq(refreshSessions.userId, userId);
    return this.end(and(eq(refreshSessions.id, sessionId), owned)).then(([row]) => row ?? null);
  }

  async endAll(userId: string): Promise<void> {
    await this.end(eq(refreshSessions.userId, userId));
  }

  /** The latest used first. */
  list(userId: string): Promise<SessionRow[]> {
    return this.database.db
      .select()
      .from(refreshSessions)
      .where(and(eq(refreshSessions.userId, userId), isLive))
      .orderBy(desc(refreshSessions.lastUsedAt))
      .limit(MOST_LISTED);
  }

  /** Whose live session this is, and how they stand; null where it has ended. */
  async standing(sessionId: string): Promise<{ userId: string; isBot: boolean; isDisabled: boolean } | null> {
    const [row] = await this.database.db
      .select({ userId: users.id, isBot: users.isBot, isDisabled: users.isDisabled })
      .from(refreshSessions)
      .innerJoin(users, eq(users.id, refreshSessions.userId))
      .where(and(eq(refreshSessions.id, sessionId), isLive));
    return row ?? null;
  }

  /** Which of these users are disabled, and which of these sessions are over. */
  async over(userIds: readonly string[], sessionIds: readonly string[]) {
    const { rows } = (await this.database.db.execute(sql`
      SELECT 'user' AS kind, u.id FROM users u
       WHERE u.id = ANY(${sql.param([...userIds])}::uuid[]) AND u.is_disabled
      UNION ALL
      SELECT 'session', given.id FROM unnest(${sql.param([...sessionIds])}::uuid[]) AS given(id)
       WHERE NOT EXISTS (SELECT 1 FROM refresh_sessions s WHERE s.id = given.id AND s.revoked_at IS NULL AND s.expires_at > now())`)) as unknown as {
      rows: { kind: 'user' | 'session'; id: string }[];
    };
    const idsOf = (kind: string) => rows.flatMap((row) => (row.kind === kind ? row.id : []));
    return { userIds: idsOf('user'), sessionIds: idsOf('session') };
  }

  private end(which: SQL | undefined): Promise<SessionRow[]> {
    return this.database.db.update(refreshSessions).set({ revokedAt: now }).where(and(which, isLive)).returning();
  }
}
