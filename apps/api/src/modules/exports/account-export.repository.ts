import { Injectable } from '@nestjs/common';
import {
  type ConversationSettings,
  type ExportedConversation,
  type ExportedMember,
  type ExportedReport,
  LIMITS,
  type SessionItem,
  type UserView,
} from '@parley/protocol';
import { and, asc, eq, gt, isNull, sql } from 'drizzle-orm';
import { Database } from '../../database/database.js';
import { fittingRows } from '../../database/fitting-rows.js';
import type { MessageRow } from '../../database/rows.js';
import {
  conversationParticipants,
  conversationSettings,
  conversations,
  messageReports,
  messages,
  refreshSessions,
  userBlocks,
  users,
} from '../../database/schema/index.js';
import { messageColumns, ownBytes } from '../conversation-log/index.js';
import { presentSettings } from '../conversations/index.js';
import { MessageTexts, ReportTexts } from '../encryption/index.js';
import { toUserView } from '../users/index.js';
import { ROWS } from './export-lines.js';
import { exportedConversation, exportedMember } from './exported-rows.js';

/** Of what somebody has only a few of: nobody blocks more. */
const MOST = 1_000;

/** A conversation that somebody is in, or was until `leftAt`. */
export interface OwnPlace {
  conversationId: string;
  leftAt: string | null;
}

/** A conversation with what is the user's of it; without settings where they have never changed any. */
interface OwnConversation {
  conversation: ExportedConversation;
  membership: ExportedMember;
  settings?: ConversationSettings;
}

/** What one user has, a page at a time. Ids that clients give may be the first there is, so that nothing comes before them. */
@Injectable()
export class AccountExportRepository {
  constructor(
    private readonly database: Database,
    private readonly texts: MessageTexts,
    private readonly reportTexts: ReportTexts,
  ) {}

  async sessions(userId: string): Promise<Omit<SessionItem, 'isCurrent'>[]> {
    const rows = await this.database.db
      .select()
      .from(refreshSessions)
      .where(and(eq(refreshSessions.userId, userId), isNull(refreshSessions.revokedAt)))
      .limit(MOST);
    return rows.map(({ id, createdAt, lastUsedAt, userAgent }) => ({
      ...{ id, userAgent, createdAt: createdAt.toISOString(), lastUsedAt: lastUsedAt.toISOString() },
    }));
  }

  async blocked(userId: string): Promise<UserView[]> {
    const rows = await this.database.db
      .select({ user: users })
      .from(userBlocks)
      .innerJoin(users, eq(users.id, userBlocks.blockedId))
      .where(eq(userBlocks.blockerId, userId))
      .limit(MOST);
    return rows.map(({ user }) => toUserView(user));
  }

  async reports(userId: string, after: string): Promise<ExportedReport[]> {
    const { id, messageId, conversationId, reason, comment, createdAt, reporterId } = messageReports;
    const rows = await this.database.db
      .select({ id, messageId, conversationId, reason, comment, createdAt })
      .from(messageReports)
      .where(and(eq(reporterId, userId), gt(id, after)))
      .orderBy(asc(id))
      .limit(ROWS);
    const opened = await this.reportTexts.open(this.database.db, rows);
    return opened.map((row) => ({ ...row, createdAt: row.createdAt.toISOString() }));
  }

  /** Conversations that the user was ever in, by id. Clients choose those: null is before each of them. */
  async memberships(userId: string, after: string | null): Promise<OwnConversation[]> {
    const { userId: member, conversationId } = conversationSettings;
    const rows = await this.database.db
      .select({ conversation: conversations, participant: conversationParticipants, settings: conversationSettings })
      .from(conversationParticipants)
      .innerJoin(conversations, eq(conversations.id, conversationParticipants.conversationId))
      .leftJoin(conversationSettings, and(eq(member, userId), eq(conversationId, conversations.id)))
      .where(and(eq(conversationParticipants.userId, userId), after === null ? undefined : gt(conversations.id, after)))
      .orderBy(asc(conversations.id))
      .limit(ROWS);
    return rows.map(({ conversation, participant, settings }) => ({
      conversation: exportedConversation(conversation, participant.leftAt),
      membership: exportedMember(participant),
      ...(settings && { settings: presentSettings(settings) }),
    }));
  }

  /**
   * By the ids that clients gave them, which an index has in order; null is before each of them. As many as an answer has room
   * for. Of who has left none since then: what the server does by itself is in the name of who created the conversation.
   */
  async messages(userId: string, { conversationId, leftAt }: OwnPlace, after: string | null): Promise<MessageRow[]> {
    const { db } = this.database;
    const isBeyond = after === null ? sql`` : sql` AND m.client_message_id > ${after}::uuid`;
    const isBefore = leftAt === null ? sql`` : sql` AND m.created_at <= ${leftAt}::timestamptz`;
    const candidates = sql`
      SELECT m.seq, m.client_message_id, ${ownBytes('m')} AS bytes FROM messages m
       WHERE m.conversation_id = ${conversationId} AND m.sender_id = ${userId}${isBeyond}${isBefore}
       ORDER BY m.client_message_id LIMIT ${ROWS}`;
    const keys = fittingRows(candidates, sql`c.client_message_id`, { limit: ROWS, bytes: LIMITS.answerBytes });
    const found = db
      .select(messageColumns)
      .from(messages)
      .where(and(eq(messages.conversationId, conversationId), eq(messages.seq, sql`k.seq`)))
      .limit(1)
      .as('found');
    const read = await db
      .select({ row: found._.selectedFields })
      .from(keys)
      .innerJoinLateral(found, sql`true`)
      .orderBy(sql`k.nth`);
    return this.texts.open(
      db,
      read.map(({ row }) => row),
    );
  }
}
