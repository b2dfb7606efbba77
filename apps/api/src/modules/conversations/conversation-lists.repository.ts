import { Injectable } from '@nestjs/common';
import { LIMITS } from '@parley/protocol';
import { and, asc, eq, getTableColumns, inArray, isNull, type SQL, Subquery, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { Database, type Db } from '../../database/database.js';
import { fittingRows } from '../../database/fitting-rows.js';
import type { MessageRow, StoredMessageRow } from '../../database/rows.js';
import {
  conversationParticipants,
  conversationReceipts,
  conversationSettings,
  conversations,
  mentions,
  users,
} from '../../database/schema/index.js';
import { isBehind, type TimePlace } from '../../database/time-place.js';
import { messageBytes, messageColumns } from '../conversation-log/index.js';
import { MessageTexts } from '../encryption/index.js';

const me = alias(conversationParticipants, 'me');
const peer = alias(users, 'peer');

const mentionCount = sql<number>`(
  SELECT count(*) FROM ${mentions}
   WHERE ${mentions.userId} = ${me.userId} AND ${mentions.conversationId} = ${me.conversationId}
     AND ${mentions.seq} > ${me.lastReadSeq})::float8`;

const receiptsOf = sql<number>`(
  SELECT ${conversationReceipts.receipts} FROM ${conversationReceipts}
   WHERE ${conversationReceipts.conversationId} = ${me.conversationId})::float8`;

/**
 * The conversation of a membership, under its table's name. OFFSET 0 keeps it a look-up by key: a plain join would read
 * the whole table where a list shows a good part of it.
 */
const ownConversation = new Subquery<'conversations', ReturnType<typeof getTableColumns<typeof conversations>>>(
  sql`SELECT * FROM conversations x WHERE x.id = ${me.conversationId} OFFSET 0`,
  getTableColumns(conversations),
  'conversations',
);

/** Its last message, likewise. */
const lastMessage = new Subquery<'messages', typeof messageColumns>(
  sql`SELECT * FROM messages x
       WHERE x.conversation_id = ${me.conversationId} AND x.seq = ${conversations.lastSeq} OFFSET 0`,
  messageColumns,
  'messages',
);

/** The other member of a direct conversation, likewise looked up by keys. */
const otherMember = new Subquery<'peer', ReturnType<typeof getTableColumns<typeof users>>>(
  sql`SELECT u.* FROM conversation_participants p
        JOIN LATERAL (SELECT * FROM users x WHERE x.id = p.user_id OFFSET 0) u ON true
       WHERE ${conversations.type} = 'direct' AND p.conversation_id = ${me.conversationId} AND p.user_id <> ${me.userId} OFFSET 0`,
  getTableColumns(users),
  'peer',
);

/** What the member wants of it for themselves, likewise. */
const ownSettings = new Subquery<
  'conversation_settings',
  ReturnType<typeof getTableColumns<typeof conversationSettings>>
>(
  sql`SELECT * FROM conversation_settings x
       WHERE x.user_id = ${me.userId} AND x.conversation_id = ${me.conversationId} OFFSET 0`,
  getTableColumns(conversationSettings),
  'conversation_settings',
);

/** A membership that a row `q` names, by key for the same reason. */
const namedMember = new Subquery<
  'conversation_participants',
  ReturnType<typeof getTableColumns<typeof conversationParticipants>>
>(
  sql`SELECT * FROM conversation_participants x WHERE x.conversation_id = q.c AND x.user_id = q.u OFFSET 0`,
  getTableColumns(conversationParticipants),
  'conversation_participants',
);

/** The user of a membership, by key for the same reason. */
const memberUser = new Subquery<'users', ReturnType<typeof getTableColumns<typeof users>>>(
  sql`SELECT * FROM users x WHERE x.id = ${conversationParticipants.userId} OFFSET 0`,
  getTableColumns(users),
  'users',
);

const FIELDS = {
  conversation: conversations,
  me,
  receipts: receiptsOf,
  lastMessage: messageColumns,
  peer,
  mentionCount,
  settings: conversationSettings,
};

/** About what an item takes of an answer without its last message. */
const ITEM_BYTES = sql.raw('800');

export interface ListFilter {
  archived: boolean | null;
  after: TimePlace | null;
  limit: number;
}

@Injectable()
export class ConversationListsRepository {
  constructor(
    private readonly database: Database,
    private readonly texts: MessageTexts,
  ) {}

  /**
   * A page of the user's list, newest activity first, in one statement: it finds the ids of the page before it looks at
   * anything else of a conversation, and takes as many as an answer has room for, one at least. `total` is how many there
   * are up to the limit.
   */
  async page(userId: string, { archived, after, limit }: ListFilter) {
    const place = isBehind([sql`c.updated_at`, sql`c.id`], 'desc', after);
    const kind = archived === null ? undefined : sql`AND c.is_archived = ${archived}`;
    // By the ids in an array the rows are always found by their key, whatever the planner thinks of their number.
    const candidates = sql`
      SELECT c.id, c.updated_at, ${ITEM_BYTES} + coalesce((
               SELECT ${messageBytes('l')} FROM messages l
                WHERE l.conversation_id = c.id AND l.seq = c.last_seq), 0) AS bytes
        FROM conversations c
       WHERE c.id = ANY(ARRAY(
               SELECT p.conversation_id FROM conversation_participants p
                WHERE p.user_id = ${userId} AND p.left_at IS NULL)) ${kind} ${place && sql`AND ${place}`}
       ORDER BY c.updated_at DESC, c.id DESC
       LIMIT ${limit}`;
    const keys = fittingRows(candidates, sql`c.updated_at DESC, c.id DESC`, { limit, bytes: LIMITS.answerBytes });
    const own = new Subquery<'me', ReturnType<typeof getTableColumns<typeof conversationParticipants>>>(
      sql`SELECT * FROM conversation_participants x WHERE x.conversation_id = k.id AND x.user_id = ${userId} OFFSET 0`,
      getTableColumns(conversationParticipants),
      'me',
    );
    const { db } = this.database;
    const rows = await db
      .select({ ...FIELDS, total: sql<number>`k.total::integer` })
      .from(keys)
      .innerJoinLateral(own, sql`true`)
      .innerJoinLateral(ownConversation, sql`true`)
      .leftJoinLateral(lastMessage, sql`true`)
      .leftJoinLateral(otherMember, sql`true`)
      .leftJoinLateral(ownSettings, sql`true`)
      .orderBy(sql`k.nth`);
    return this.withTexts(db, rows);
  }

  /** One conversation as each of these members sees it. */
  asSeenBy(conversationId: string, userIds: readonly string[]) {
    return this.select(and(eq(me.conversationId, conversationId), inArray(me.userId, [...userIds]), isNull(me.leftAt)));
  }

  /** Those of these conversations that the user is in, in one statement with this handle. */
  ofUser(db: Db, userId: string, conversationIds: readonly string[]) {
    const wanted = sql`${me.conversationId} = ANY(${sql.param([...conversationIds])}::uuid[])`;
    return this.select(and(eq(me.userId, userId), wanted, isNull(me.leftAt)), db);
  }

  /** Present members in the order in which they joined; null where the asker is none of them. */
  async members(conversationId: string, askerId: string, page: { after: TimePlace | null; limit: number }) {
    const asker = this.database.db
      .select({ one: sql`1` })
      .from(me)
      .where(and(eq(me.conversationId, conversationId), eq(me.userId, askerId), isNull(me.leftAt)));
    const { joinedAt, userId } = conversationParticipants;
    return this.selectMembers(
      this.database.db,
      and(
        eq(conversationParticipants.conversationId, conversationId),
        isNull(conversationParticipants.leftAt),
        sql`EXISTS ${asker}`,
        isBehind([joinedAt, userId], 'asc', page.after),
      ),
    )
      .orderBy(asc(joinedAt), asc(userId))
      .limit(page.limit);
  }

  /** These members' rows, departed ones included. */
  membersByIds(db: Db, conversationId: string, userIds: readonly string[]) {
    const { conversationId: owner, userId } = conversationParticipants;
    return this.selectMembers(db, and(eq(owner, conversationId), inArray(userId, [...userIds])));
  }

  /** The members that these pairs name, of whatever conversations. */
  membersOf(db: Db, pairs: readonly { conversationId: string; userId: string }[]) {
    const ids = sql.param(pairs.map((pair) => pair.conversationId));
    const userIds = sql.param(pairs.map((pair) => pair.userId));
    return db
      .select({ participant: conversationParticipants, user: users })
      .from(sql`(SELECT DISTINCT * FROM unnest(${ids}::uuid[], ${userIds}::uuid[])) AS q (c, u)`)
      .innerJoinLateral(namedMember, sql`true`)
      .innerJoinLateral(memberUser, sql`true`);
  }

  private selectMembers(db: Db, where: SQL | undefined) {
    return db
      .select({ participant: conversationParticipants, user: users })
      .from(conversationParticipants)
      .innerJoinLateral(memberUser, sql`true`)
      .where(where)
      .$dynamic();
  }

  private async select(where: SQL | undefined, db: Db = this.database.db) {
    const rows = await db
      .select(FIELDS)
      .from(me)
      .innerJoinLateral(ownConversation, sql`true`)
      .leftJoinLateral(lastMessage, sql`true`)
      .leftJoinLateral(otherMember, sql`true`)
      .leftJoinLateral(ownSettings, sql`true`)
      .where(where);
    return this.withTexts(db, rows);
  }

  /** Last messages as they were written: one of each conversation here, however many see it. */
  private async withTexts<T extends { lastMessage: StoredMessageRow | null }>(
    db: Db,
    rows: readonly T[],
  ): Promise<(Omit<T, 'lastMessage'> & { lastMessage: MessageRow | null })[]> {
    const last = await this.texts.open(
      db,
      rows.flatMap(({ lastMessage: row }) => row ?? []),
    );
    const byId = new Map(last.map((row) => [row.id, row]));
    return rows.map((row) => ({ ...row, lastMessage: row.lastMessage && (byId.get(row.lastMessage.id) ?? null) }));
  }
}

export type ListRow = Awaited<ReturnType<ConversationListsRepository['asSeenBy']>>[number];
export type MemberRow = Awaited<ReturnType<ConversationListsRepository['members']>>[number];
