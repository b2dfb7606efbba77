import { Injectable } from '@nestjs/common';
import { and, desc, eq, gt, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
import { Database, type Db } from '../../database/database.js';
import { membershipIn } from '../../database/membership-in.js';
import { NOW } from '../../database/now.js';
import {
  conversationInvites,
  conversationParticipants,
  conversations,
  userBlocks,
} from '../../database/schema/index.js';
import { isBehind, type TimePlace } from '../../database/time-place.js';
import { newId } from '../../kernel/ids.js';

/** Of one group, those that are over and kept, so that who comes with one is told why. Tests make it small. */
export const OVER = { most: 1_000 };

export type InviteRow = typeof conversationInvites.$inferSelect;

/** An invite as whoever holds its token finds it, by the clock of the database. */
export interface KnownInvite {
  invite: InviteRow;
  isExpired: boolean;
  conversation: { name: string | null; memberCount: number; isArchived: boolean };
}

const { expiresAt, maxUses, revokedAt, uses } = conversationInvites;
const isOpen = and(isNull(revokedAt), or(isNull(expiresAt), gt(expiresAt, sql`now()`)));
const hasUsesLeft = or(isNull(maxUses), lt(uses, maxUses));

@Injectable()
export class InvitesRepository {
  constructor(private readonly database: Database) {}

  async create(
    tx: Db,
    {
      hours,
      ...invite
    }: Pick<InviteRow, 'conversationId' | 'tokenHash' | 'createdBy' | 'maxUses'> & { hours: number | null },
  ): Promise<InviteRow> {
    const until = hours === null ? null : sql`${NOW} + make_interval(hours => ${hours})`;
    const [row] = await tx
      .insert(conversationInvites)
      .values({ id: newId(), ...invite, createdAt: NOW, expiresAt: until } as unknown as InviteRow)
      .returning();
    return row as InviteRow;
  }

  /** How many of a group are neither taken back nor too old. */
  countOpen(tx: Db, conversationId: string): Promise<number> {
    return tx.$count(conversationInvites, ofGroup(conversationId, isOpen));
  }

  /** Of those that are over the latest stay. */
  async forgetOver(tx: Db, conversationId: string): Promise<void> {
    await tx.execute(sql`
      DELETE FROM conversation_invites x USING (
        SELECT i.id FROM conversation_invites i
         WHERE i.conversation_id = ${conversationId} AND (i.revoked_at IS NOT NULL OR i.expires_at <= now())
         ORDER BY i.created_at DESC, i.id DESC OFFSET ${OVER.most}) old
       WHERE x.id = old.id`);
  }

  /** Those, the latest first. */
  list(conversationId: string, page: { after: TimePlace | null; limit: number }): Promise<InviteRow[]> {
    const { createdAt, id } = conversationInvites;
    return this.database.db
      .select()
      .from(conversationInvites)
      .where(ofGroup(conversationId, and(isOpen, isBehind([createdAt, id], 'desc', page.after))))
      .orderBy(desc(createdAt), desc(id))
      .limit(page.limit);
  }

  async find(tokenHash: Buffer, db: Db = this.database.db): Promise<KnownInvite | null> {
    const { name, memberCount, isArchived } = conversations;
    const [row] = await db
      .select({
        invite: conversationInvites,
        isExpired: sql<boolean>`coalesce(${expiresAt} <= now(), false)`,
        conversation: { name, memberCount, isArchived },
      })
      .from(conversationInvites)
      .innerJoin(conversations, eq(conversations.id, conversationInvites.conversationId))
      .where(eq(conversationInvites.tokenHash, tokenHash));
    return row ?? null;
  }

  /** Counts one more use; false where it was used up, taken back, or got too old meanwhile. */
  async use(tx: Db, id: string): Promise<boolean> {
    const rows = await tx
      .update(conversationInvites)
      .set({ uses: sql`${uses} + 1` })
      .where(and(eq(conversationInvites.id, id), isOpen, hasUsesLeft))
      .returning({ id: conversationInvites.id });
    return rows.length > 0;
  }

  /** Takes it back; false where there is none of the group that is open. */
  async revoke(tx: Db, conversationId: string, id: string): Promise<boolean> {
    const rows = await tx
      .update(conversationInvites)
      .set({ revokedAt: NOW as unknown as Date })
      .where(ofGroup(conversationId, and(eq(conversationInvites.id, id), isNull(revokedAt))))
      .returning({ id: conversationInvites.id });
    return rows.length > 0;
  }

  /** Now, and without a lock. */
  async isMember(conversationId: string, userId: string): Promise<boolean> {
    const membership = membershipIn(sql`${conversationId}::uuid`, userId);
    return (await this.database.db.$count(conversationParticipants, membership)) > 0;
  }

  async isBlocked(tx: Db, { by, userId }: { by: string; userId: string }): Promise<boolean> {
    const blocks = and(eq(userBlocks.blockerId, by), eq(userBlocks.blockedId, userId));
    return (await tx.$count(userBlocks, blocks)) > 0;
  }
}

const ofGroup = (conversationId: string, which: SQL | undefined) =>
  and(eq(conversationInvites.conversationId, conversationId), which);
