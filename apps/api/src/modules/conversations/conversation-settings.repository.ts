import { Injectable } from '@nestjs/common';
import type { ConversationSettingsBody } from '@parley/protocol';
import { and, asc, eq, getTableColumns, gt, isNull, sql } from 'drizzle-orm';
import { Database } from '../../database/database.js';
import { NOW } from '../../database/now.js';
import { conversationParticipants, conversationSettings, conversations } from '../../database/schema/index.js';

export type SettingsRow = typeof conversationSettings.$inferSelect;

const member = conversationParticipants;

@Injectable()
export class ConversationSettingsRepository {
  constructor(private readonly database: Database) {}

  /** The last message of a conversation; null where the user is not in it. */
  async lastSeq(userId: string, conversationId: string): Promise<number | null> {
    const [row] = await this.database.db
      .select({ lastSeq: conversations.lastSeq })
      .from(member)
      .innerJoin(conversations, eq(conversations.id, member.conversationId))
      .where(and(eq(member.conversationId, conversationId), eq(member.userId, userId), isNull(member.leftAt)));
    return row?.lastSeq ?? null;
  }

  /** Changes what the body names, and leaves the rest. */
  async change(
    { userId, conversationId, lastSeq }: { userId: string; conversationId: string; lastSeq: number },
    body: ConversationSettingsBody,
  ): Promise<SettingsRow> {
    const values = valuesOf(body, lastSeq);
    const [row] = await this.database.db
      .insert(conversationSettings)
      .values({ userId, conversationId, ...values })
      .onConflictDoUpdate({
        target: [conversationSettings.userId, conversationSettings.conversationId],
        set: { ...values, version: sql`${conversationSettings.version} + 1` },
      })
      .returning();
    return row as SettingsRow;
  }

  /** Those of the conversations that the user is in, by the order of ids. */
  page(userId: string, { after, limit }: { after: string | null; limit: number }): Promise<SettingsRow[]> {
    const { conversationId } = conversationSettings;
    return this.database.db
      .select(getTableColumns(conversationSettings))
      .from(conversationSettings)
      .innerJoin(member, and(eq(member.conversationId, conversationId), eq(member.userId, conversationSettings.userId)))
      .where(
        and(
          eq(conversationSettings.userId, userId),
          isNull(member.leftAt),
          after === null ? undefined : gt(conversationId, after),
        ),
      )
      .orderBy(asc(conversationId))
      .limit(limit);
  }
}

/** Times are the database's. */
function valuesOf(
  { notifications, muteSeconds, isPinned, isHidden, unreadSeq }: ConversationSettingsBody,
  seq: number,
) {
  const until = muteSeconds === undefined ? null : sql`${NOW} + ${muteSeconds}::float8 * interval '1 second'`;
  return {
    ...(notifications !== undefined && { notifications, mutedUntil: notifications === 'all' ? null : until }),
    ...(isPinned !== undefined && { pinnedAt: isPinned ? NOW : null }),
    ...(isHidden !== undefined && { hiddenSeq: isHidden ? seq : null }),
    ...(unreadSeq !== undefined && { unreadSeq }),
  };
}
