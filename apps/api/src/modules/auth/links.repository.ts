import { Injectable } from '@nestjs/common';
import type { LinkPurpose } from '@parley/protocol';
import { and, eq, isNull, sql } from 'drizzle-orm';
import { Database, type Db } from '../../database/database.js';
import { NOW } from '../../database/now.js';
import { accountLinks } from '../../database/schema/index.js';
import { newId } from '../../kernel/ids.js';

export type LinkRow = typeof accountLinks.$inferSelect;

export interface NewLink {
  purpose: LinkPurpose;
  tokenHash: Buffer;
  /** Whose password, of a reset. */
  userId: string | null;
  username: string | null;
  createdBy: string | null;
  hours: number;
}

/** A link, and whether its time was over when it was read, by the clock of the database. */
export type KnownLink = LinkRow & { isExpired: boolean };

const isOpen = and(isNull(accountLinks.usedAt), isNull(accountLinks.revokedAt));

@Injectable()
export class LinksRepository {
  constructor(private readonly database: Database) {}

  async create({ hours, ...link }: NewLink, db: Db = this.database.db): Promise<LinkRow> {
    const expiresAt = sql`${NOW} + make_interval(hours => ${hours})`;
    const [row] = await db
      .insert(accountLinks)
      .values({ id: newId(), ...link, createdAt: NOW, expiresAt } as unknown as LinkRow)
      .returning();
    return row as LinkRow;
  }

  async find(tokenHash: Buffer, db: Db = this.database.db): Promise<KnownLink | null> {
    const [row] = await db
      .select({ link: accountLinks, isExpired: sql<boolean>`${accountLinks.expiresAt} <= now()` })
      .from(accountLinks)
      .where(eq(accountLinks.tokenHash, tokenHash));
    return row ? { ...row.link, isExpired: row.isExpired } : null;
  }

  /** Uses it up for this user and returns its id; of all who try at once one does, and none once it is over: null. */
  async use(tokenHash: Buffer, userId: string, tx: Db): Promise<string | null> {
    const [row] = await tx
      .update(accountLinks)
      .set({ usedAt: NOW, userId })
      .where(and(eq(accountLinks.tokenHash, tokenHash), isOpen, sql`${accountLinks.expiresAt} > now()`))
      .returning({ id: accountLinks.id });
    return row?.id ?? null;
  }

  /** Takes it back; null where there is none that is still open. */
  async revoke(id: string, db: Db = this.database.db): Promise<LinkRow | null> {
    const [row] = await db
      .update(accountLinks)
      .set({ revokedAt: NOW })
      .where(and(eq(accountLinks.id, id), isOpen))
      .returning();
    return row ?? null;
  }

  /** Whoever was called so has left: takes back those that are open, and in none of them the name is to be read any more. */
  async forgetName(username: string, tx: Db): Promise<void> {
    const revokedAt = sql`CASE WHEN ${isOpen} THEN ${NOW} ELSE ${accountLinks.revokedAt} END`;
    await tx.update(accountLinks).set({ username: null, revokedAt }).where(eq(accountLinks.username, username));
  }

  /** Takes back those that are open: the password was changed without them. */
  async revokeResetsOf(userId: string, tx: Db): Promise<void> {
    const resets = and(eq(accountLinks.userId, userId), eq(accountLinks.purpose, 'reset'));
    await tx.update(accountLinks).set({ revokedAt: NOW }).where(and(resets, isOpen));
  }
}
