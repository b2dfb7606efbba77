import { Injectable } from '@nestjs/common';
import type { UserView } from '@parley/protocol';
import { and, asc, eq, exists, gt, inArray, isNull, like, ne, or, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { AdminUsers } from '../../config/config.js';
import { Database, type Db } from '../../database/database.js';
import { NOW } from '../../database/now.js';
import { conversationParticipants, users } from '../../database/schema/index.js';
import { named } from './folded-name.js';
import { type KnownUser, toUserView } from './user.presenter.js';

export type UserRow = typeof users.$inferSelect;

export type ProfileChanges = Partial<Pick<UserRow, 'displayName' | 'avatarUrl' | 'isHidden'>>;

export interface Search {
  /** Folded. */
  prefix: string;
  /** Usernames beyond this one; null at the beginning. */
  after: string | null;
  limit: number;
}

/** Any number that nothing else in the database uses for its advisory locks. */
const ADMINS_LOCK = 7_265_003_011;
const PUBLIC = {
  id: users.id,
  username: users.username,
  displayName: users.displayName,
  avatarUrl: users.avatarUrl,
  isBot: users.isBot,
};
const PRESENCE = {
  status: users.status,
  isAway: users.isAway,
  isHidden: users.isHidden,
  lastSeenAt: users.lastSeenAt,
};
/** As the index of just those has it: a plan that is made without the value would not find it. */
const HAS_ADMIN_ROLE = sql`${users.role} = 'admin'`;
/** The same order whatever the database's locale. */
const BY_USERNAME = sql`${users.username} COLLATE "C"`;
const [mine, theirs] = [alias(conversationParticipants, 'mine'), alias(conversationParticipants, 'theirs')];

@Injectable()
export class UsersRepository {
  constructor(private readonly database: Database) {}

  transaction<T>(work: (tx: Db) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  /** The public view of each of these users that exists. Pass the handle of the transaction that needs it, if any. */
  async viewsOf(ids: readonly string[], db: Db = this.database.db): Promise<Map<string, UserView>> {
    if (ids.length === 0) return new Map();
    const rows = await db
      .select(PUBLIC)
      .from(users)
      .where(isOneOf(new Set(ids)));
    return new Map(rows.map((row) => [row.id, toUserView(row)]));
  }

  /** Which of these ids belong to users who have not left for good. */
  async existing(ids: readonly string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const rows = await this.database.db
      .select({ id: users.id })
      .from(users)
      .where(and(isOneOf(new Set(ids)), isNull(users.deletedAt)));
    return new Set(rows.map((row) => row.id));
  }

  /** Ids of users who have one of these usernames. */
  async named(usernames: readonly string[]): Promise<string[]> {
    const rows = await this.database.db
      .select({ id: users.id })
      .from(users)
      .where(inArray(users.username, [...usernames]));
    return rows.map(({ id }) => id);
  }

  /** Which of these usernames somebody has. */
  async taken(usernames: readonly string[], db: Db = this.database.db): Promise<string[]> {
    const rows = await db
      .select({ username: users.username })
      .from(users)
      .where(inArray(users.username, [...usernames]));
    return rows.map(({ username }) => username);
  }

  async find(id: string): Promise<UserRow | null> {
    const [row] = await this.database.db.select().from(users).where(eq(users.id, id));
    return row ?? null;
  }

  async findByUsername(username: string): Promise<UserRow | null> {
    const [row] = await this.database.db.select().from(users).where(eq(users.username, username));
    return row ?? null;
  }

  /** Users whose username begins like this, disabled ones and bots too, by username. */
  beginningWith(prefix: string, limit: number): Promise<UserRow[]> {
    return this.database.db
      .select()
      .from(users)
      .where(sql`starts_with(${users.username}, ${prefix})`)
      .orderBy(asc(BY_USERNAME))
      .limit(limit);
  }

  /** Whether anyone but this user is an admin who can sign in. One who asks inside a transaction is alone until its end. */
  async hasOtherAdmin(id: string, adminUsers: AdminUsers | null, tx: Db): Promise<boolean> {
    await tx.execute(sql`SELECT pg_advisory_xact_lock(${ADMINS_LOCK})`);
    const others = and(ne(users.id, id), isAdmin(adminUsers));
    const rows = await tx.select({ id: users.id }).from(users).where(others).limit(1);
    return rows.length > 0;
  }

  /** Ids of the admins who can sign in. */
  async admins(adminUsers: AdminUsers | null): Promise<string[]> {
    const rows = await this.database.db.select({ id: users.id }).from(users).where(isAdmin(adminUsers));
    return rows.map(({ id }) => id);
  }

  /**
   * Whoever hides their presence has left for others, and is back with the rest of it when they show it again. Null for who
   * has left for good.
   */
  async update(
    id: string,
    { isHidden, ...profile }: ProfileChanges,
    db: Db = this.database.db,
  ): Promise<UserRow | null> {
    const [row] = await db
      .update(users)
      .set({
        ...profile,
        ...(profile.displayName !== undefined && named(profile.displayName)),
        ...(Object.keys(profile).length > 0 && { updatedAt: NOW }),
        ...(isHidden !== undefined && {
          isHidden,
          presenceAt: sql`CASE WHEN ${users.isHidden} = ${isHidden} THEN ${users.presenceAt} ELSE ${NOW} END`,
        }),
      })
      .where(and(eq(users.id, id), isNull(users.deletedAt)))
      .returning();
    return row ?? null;
  }

  /** Folds names that were written unfolded, at most `most` of them; returns how many there were. */
  foldNames(most: number): Promise<number> {
    return this.database.transaction(async (tx) => {
      const rows = await tx
        .select({ id: users.id, displayName: users.displayName })
        .from(users)
        .where(sql`folded_from IS DISTINCT FROM display_name`)
        .orderBy(asc(users.id))
        .limit(most)
        // Another node folds those that it holds.
        .for('no key update', { skipLocked: true });
      if (rows.length === 0) return 0;
      const given = JSON.stringify(rows.map((row) => ({ id: row.id, ...named(row.displayName) })));
      await tx.execute(sql`
        UPDATE users u SET folded_name = g."foldedName", folded_from = g."foldedFrom"
          FROM jsonb_to_recordset(${given}::jsonb) AS g (id uuid, "foldedName" text, "foldedFrom" text)
         WHERE u.id = g.id`);
      return rows.length;
    });
  }

  /** Those of these users that exist, as the viewer may know them, by username. */
  details(viewerId: string, ids: readonly string[]): Promise<KnownUser[]> {
    return this.known(viewerId, isOneOf(ids), ids.length);
  }

  /** Users, disabled ones excepted, whose username or display name begins like this, by username. */
  search(viewerId: string, { limit, ...wanted }: Search): Promise<KnownUser[]> {
    return this.known(viewerId, and(begins(wanted), eq(users.isDisabled, false)), limit);
  }

  /** The same with those who are disabled, but nobody who has left for good, and all that is known of them. */
  accounts({ limit, ...wanted }: Search): Promise<UserRow[]> {
    const condition = and(begins(wanted), isNull(users.deletedAt));
    return this.database.db.select().from(users).where(condition).orderBy(asc(BY_USERNAME)).limit(limit);
  }

  private known(viewerId: string, condition: SQL | undefined, limit: number): Promise<KnownUser[]> {
    const isShared = sql<boolean>`(${or(eq(users.id, viewerId), this.sharesConversation(viewerId))})`;
    return this.database.db
      .select({ ...PUBLIC, ...PRESENCE, isShared })
      .from(users)
      .where(condition)
      .orderBy(asc(BY_USERNAME))
      .limit(limit);
  }

  private sharesConversation(viewerId: string): SQL {
    const both = this.database.db
      .select({ one: sql`1` })
      .from(mine)
      .innerJoin(theirs, eq(theirs.conversationId, mine.conversationId))
      .where(and(eq(mine.userId, viewerId), isNull(mine.leftAt), eq(theirs.userId, users.id), isNull(theirs.leftAt)));
    return exists(both);
  }
}

/** One statement for lists of any length, so that it comes often enough to be planned once. */
const isOneOf = (ids: Iterable<string>): SQL => sql`${users.id} = ANY (${sql.param([...ids])}::uuid[])`;

/** Whose username or display name begins like this. */
function begins({ prefix, after }: Omit<Search, 'limit'>): SQL | undefined {
  // The prefix is text, not a pattern.
  const pattern = `${prefix.replace(/[\\%_]/g, '\\$&')}%`;
  const matches = or(like(users.username, pattern), like(users.foldedName, pattern));
  return and(matches, after === null ? undefined : gt(BY_USERNAME, after));
}

/** An admin who can sign in. */
function isAdmin(adminUsers: AdminUsers | null): SQL | undefined {
  const isNamed = adminUsers
    ? or(
        and(isNull(users.externalId), inArray(users.username, [...adminUsers.usernames])),
        inArray(users.externalId, [...adminUsers.externalIds]),
      )
    : HAS_ADMIN_ROLE;
  return and(eq(users.isDisabled, false), eq(users.isBot, false), isNamed);
}
