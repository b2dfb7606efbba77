import { Injectable } from '@nestjs/common';
import { and, asc, eq, inArray, isNull, sql } from 'drizzle-orm';
import { Database, type Db } from '../../database/database.js';
import { isUniqueViolation } from '../../database/faults.js';
import { NOW } from '../../database/now.js';
import { botTokens, users } from '../../database/schema/index.js';
import { newId } from '../../kernel/ids.js';
import { named, type UserRow } from '../users/index.js';

export type BotTokenRow = typeof botTokens.$inferSelect;

/** Whose token it is. */
export interface TokenOwner {
  tokenId: string;
  userId: string;
  isDisabled: boolean;
}

const MOST_LISTED = 1_000;
/** How exact `last_used_at` is. */
const USED_EVERY = sql`interval '1 minute'`;

@Injectable()
export class BotsRepository {
  constructor(private readonly database: Database) {}

  /** A bot with what `within` adds in the same transaction; null where the username is taken. */
  async create<T>(
    { username, displayName }: { username: string; displayName: string },
    within: (tx: Db, user: UserRow) => Promise<T>,
  ): Promise<{ user: UserRow; added: T } | null> {
    try {
      return await this.database.transaction(async (tx) => {
        const values = { id: newId(), username, isBot: true, ...named(displayName) };
        const [user] = (await tx.insert(users).values(values).returning()) as [UserRow];
        return { user, added: await within(tx, user) };
      });
    } catch (fault) {
      if (isUniqueViolation(fault)) return null;
      throw fault;
    }
  }

  async addToken(userId: string, token: { name: string; tokenHash: Buffer }, db: Db): Promise<BotTokenRow> {
    const values = { id: newId(), userId, ...token, createdAt: NOW } as unknown as BotTokenRow;
    const [row] = await db.insert(botTokens).values(values).returning();
    return row as BotTokenRow;
  }

  /** Ends a token of this bot; null where it has no such token that is good. */
  async revoke(userId: string, tokenId: string, tx: Db): Promise<BotTokenRow | null> {
    const [row] = await tx
      .update(botTokens)
      .set({ revokedAt: NOW })
      .where(and(eq(botTokens.id, tokenId), eq(botTokens.userId, userId), isNull(botTokens.revokedAt)))
      .returning();
    return row ?? null;
  }

  /** By username, those of the host product included. */
  list(): Promise<UserRow[]> {
    const byUsername = asc(sql`${users.username} COLLATE "C"`);
    return this.database.db.select().from(users).where(eq(users.isBot, true)).orderBy(byUsername).limit(MOST_LISTED);
  }

  /** The good ones of these bots, oldest first. */
  async tokensOf(userIds: readonly string[]): Promise<BotTokenRow[]> {
    if (userIds.length === 0) return [];
    return this.database.db
      .select()
      .from(botTokens)
      .where(and(inArray(botTokens.userId, [...userIds]), isNull(botTokens.revokedAt)))
      .orderBy(asc(botTokens.createdAt), asc(botTokens.id));
  }

  /** Whose token this is; null where it is none, or was revoked. Notes that it is in use. */
  async ownerOf(tokenHash: Buffer): Promise<TokenOwner | null> {
    const { db } = this.database;
    const isGood = and(eq(botTokens.tokenHash, tokenHash), isNull(botTokens.revokedAt));
    const isStale = sql<boolean>`coalesce(${botTokens.lastUsedAt} < ${NOW} - ${USED_EVERY}, true)`;
    const [found] = await db
      .select({ tokenId: botTokens.id, userId: users.id, isDisabled: users.isDisabled, isStale })
      .from(botTokens)
      .innerJoin(users, and(eq(users.id, botTokens.userId), eq(users.isBot, true)))
      .where(isGood);
    if (!found) return null;
    const { isStale: isToNote, ...owner } = found;
    if (isToNote) await db.update(botTokens).set({ lastUsedAt: NOW }).where(eq(botTokens.id, owner.tokenId));
    return owner;
  }
}
