import { Injectable } from '@nestjs/common';
import { type ExportedConversation, type ExportedMember, LIMITS, type Message, type UserView } from '@parley/protocol';
import { and, asc, eq, gt } from 'drizzle-orm';
import { Database } from '../../database/database.js';
import { conversationParticipants, conversations, users } from '../../database/schema/index.js';
import { MessagesRepository, MessageViews } from '../messages/index.js';
import { toUserView } from '../users/index.js';
import { ROWS } from './export-lines.js';
import { exportedConversation, exportedMember } from './exported-rows.js';

/** All of one conversation, a page at a time. */
@Injectable()
export class ConversationExportRepository {
  constructor(
    private readonly database: Database,
    private readonly stored: MessagesRepository,
    private readonly views: MessageViews,
  ) {}

  async find(id: string): Promise<ExportedConversation | null> {
    const [row] = await this.database.db.select().from(conversations).where(eq(conversations.id, id));
    return row ? exportedConversation(row) : null;
  }

  /** Those who left included. */
  async members(id: string, after: string): Promise<{ user: UserView; membership: ExportedMember }[]> {
    const { conversationId, userId } = conversationParticipants;
    const rows = await this.database.db
      .select({ participant: conversationParticipants, user: users })
      .from(conversationParticipants)
      .innerJoin(users, eq(users.id, userId))
      .where(and(eq(conversationId, id), gt(userId, after)))
      .orderBy(asc(userId))
      .limit(ROWS);
    return rows.map(({ participant, user }) => ({ user: toUserView(user), membership: exportedMember(participant) }));
  }

  /** As everybody sees them, by `seq`; as many as an answer has room for. */
  async messages(conversationId: string, after: number): Promise<Message[]> {
    const { db } = this.database;
    const page = { conversationId, limit: ROWS, bytes: LIMITS.answerBytes, type: null };
    const { rows } = await this.stored.after(db, page, after);
    return this.views.forAll(db, rows);
  }
}
