import { Injectable } from '@nestjs/common';
import { and, eq, sql } from 'drizzle-orm';
import type { Db } from '../../database/database.js';
import type { ParticipantRow } from '../../database/rows.js';
import { conversationParticipants, users } from '../../database/schema/index.js';

export interface MemberKey {
  conversationId: string;
  userId: string;
}

/** Which markers are wanted: everyone's beyond a number, or only the caller's own. */
export interface WatermarkKey {
  conversationId: string;
  receipts: number;
  isForAll: boolean;
}

/** Rows by their keys. Each method is one statement, and none without keys. */
@Injectable()
export class SyncRowsRepository {
  async members(tx: Db, keys: readonly MemberKey[]) {
    if (keys.length === 0) return [];
    // A look-up a key, which the LIMIT keeps apart: one probe of one index, whatever the planner thinks of the sizes.
    const found = tx
      .select()
      .from(conversationParticipants)
      .where(and(eq(conversationParticipants.conversationId, sql`k.c`), eq(conversationParticipants.userId, sql`k.u`)))
      .limit(1)
      .as('found');
    const person = tx.select().from(users).where(eq(users.id, sql`k.u`)).limit(1).as('person');
    return tx
      .select({ participant: found._.selectedFields, user: person._.selectedFields })
      .from(sql`unnest(${sql.param(keys.map(({ conversationId }) => conversationId))}::uuid[],
                       ${sql.param(keys.map(({ userId }) => userId))}::uuid[]) AS k (c, u)`)
      .innerJoinLateral(found, sql`true`)
      .innerJoinLateral(person, sql`true`);
  }

  /** Participants, present ones only, whose watermarks moved beyond the key's number, in the order of the moves. */
  async watermarks(tx: Db, userId: string, keys: readonly WatermarkKey[]): Promise<ParticipantRow[]> {
    if (keys.length === 0) return [];
    const { conversationId, receiptsVersion, leftAt } = conversationParticipants;
    const moved = tx
      .select()
      .from(conversationParticipants)
      .where(sql`${conversationId} = k.c AND ${receiptsVersion} > k.r AND ${leftAt} IS NULL AND k.everyone`);
    const own = tx
      .select()
      .from(conversationParticipants)
      .where(
        sql`${conversationId} = k.c AND ${conversationParticipants.userId} = ${userId} AND ${receiptsVersion} > k.r
            AND ${leftAt} IS NULL AND NOT k.everyone`,
      );
    const found = moved.unionAll(own).as('found');
    return tx
      .select(found._.selectedFields)
      .from(sql`unnest(${sql.param(keys.map((key) => key.conversationId))}::uuid[],
                       ${sql.param(keys.map((key) => key.receipts))}::bigint[],
                       ${sql.param(keys.map((key) => key.isForAll))}::boolean[]) AS k (c, r, everyone)`)
      .innerJoinLateral(found, sql`true`)
      .orderBy(found.conversationId, found.receiptsVersion);
  }
}
