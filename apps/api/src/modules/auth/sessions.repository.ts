import { Injectable } from '@nestjs/common';
import { and, desc, eq, gt, inArray, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
import { Database, type Db } from '../../database/database.js';
import { NOW } from '../../database/now.js';
import { rowsOf } from '../../database/rows-of.js';
import { refreshSessions, users } from '../../database/schema/index.js';
import { newId } from '../../kernel/ids.js';
import type { RefreshToken } from './refresh-tokens.js';

export type SessionRow = typeof refreshSessions.$inferSelect;

/** Days that a session lives without being used. */
export const SESSION_DAYS = 30;
const MOST_LISTED = 100;

const ends = sql`${NOW} + make_interval(days => ${SESSION_DAYS})`;
const isLive = and(isNull(refreshSessions.revokedAt), gt(refreshSessions.expiresAt, NOW));

export interface NewSession {
  userId: string;
  /** The one that was found to be right. */
  passwordHash: string;
  userAgent: string | null;
}

export interface Rotated {
  userId: string;
  /** The generation of the token to answer with. */
  generation: number;
}

@Injectable()
export class SessionsRepository {
  constructor(private readonly database: Database) {}

  /**
   * A new session in its first generation; null where the password is not this one any more, or the user was disabled
   * meanwhile. Those of the user that ended long ago are deleted.
   */
  async create({ userId, passwordHash, userAgent }: NewSession, db: Db = this.database.db): Promise<string | null> {
    const over = or(lt(refreshSessions.expiresAt, NOW), lt(refreshSessions.revokedAt, sql`${NOW} - interval '1 day'`));
    await db.delete(refreshSessions).where(and(eq(refreshSessions.userId, userId), over));
    // The lock waits for a change of the password or a disabling of the user, and they wait for it.
    const rows = await rowsOf<{ id: string }>(
      db,
      sql`
      WITH owner AS (
        SELECT id FROM users WHERE id = ${userId} AND password_hash = ${passwordHash} AND NOT is_disabled FOR SHARE
      )
      INSERT INTO refresh_sessions (id, user_id, user_agent, rotated_at, created_at, last_used_at, expires_at)
      SELECT ${newId()}::uuid, id, ${userAgent}, ${NOW}, ${NOW}, ${NOW}, ${ends} FROM owner
      RETURNING id`,
    );
    return rows[0]?.id ?? null;
  }

  /**
   * Uses a refresh token. The latest generation is replaced by the next; the one before it, for as long as that next one
   * has not been used itself, is answered with the very same. Null for any other.
   */
  async rotate({ sessionId, generation }: RefreshToken): Promise<Rotated | null> {
    const latest = refreshSessions.generation;
    const [rotated] = await this.database.db
      .update(refreshSessions)
      .set({
        generation: generation + 1,
        rotatedAt: sql`CASE WHEN ${latest} = ${generation} THEN ${NOW} ELSE ${refreshSessions.rotatedAt} END`,
        lastUsedAt: NOW,
        expiresAt: ends,
      })
      .where(and(eq(refreshSessions.id, sessionId), isLive, inArray(latest, [generation, generation + 1])))
      .returning({ userId: refreshSessions.userId, generation: latest });
    return rotated ?? null;
  }

  /** Ends one live session, of this user where one is given; null where there is none. */
  endOne(sessionId: string, userId?: string): Promise<SessionRow | null> {
    const owned = userId === undefined ? undefined : eq(refreshSessions.userId, userId);
    return this.end(and(eq(refreshSessions.id, sessionId), owned)).then(([row]) => row ?? null);
  }

  /** Ends every live session of this user, and returns which those were. */
  async endAll(userId: string, db: Db = this.database.db): Promise<string[]> {
    return (await this.end(eq(refreshSessions.userId, userId), db)).map(({ id }) => id);
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
  async status(
    sessionId: string,
  ): Promise<{ userId: string; isBot: boolean; isDisabled: boolean; expiresAt: Date } | null> {
    const [row] = await this.database.db
      .select({
        userId: users.id,
        isBot: users.isBot,
        isDisabled: users.isDisabled,
        expiresAt: refreshSessions.expiresAt,
      })
      .from(refreshSessions)
      .innerJoin(users, eq(users.id, refreshSessions.userId))
      .where(and(eq(refreshSessions.id, sessionId), isLive));
    return row ?? null;
  }

  /** Which of these users are disabled, and which of these sessions and tokens of bots are over. */
  async over(userIds: readonly string[], sessionIds: readonly string[]) {
    const rows = await rowsOf<{ kind: 'user' | 'session'; id: string }>(
      this.database.db,
      sql`
      SELECT 'user' AS kind, u.id FROM users u
       WHERE u.id = ANY(${sql.param([...userIds])}::uuid[]) AND u.is_disabled
      UNION ALL
      SELECT 'session', given.id FROM unnest(${sql.param([...sessionIds])}::uuid[]) AS given(id)
       WHERE NOT EXISTS (SELECT 1 FROM refresh_sessions s WHERE s.id = given.id AND s.revoked_at IS NULL AND s.expires_at > now())
         AND NOT EXISTS (SELECT 1 FROM bot_tokens t WHERE t.id = given.id AND t.revoked_at IS NULL)`,
    );
    const idsOf = (kind: string) => rows.flatMap((row) => (row.kind === kind ? row.id : []));
    return { userIds: idsOf('user'), sessionIds: idsOf('session') };
  }

  private end(which: SQL | undefined, db: Db = this.database.db): Promise<SessionRow[]> {
    return db.update(refreshSessions).set({ revokedAt: NOW }).where(and(which, isLive)).returning();
  }
}
