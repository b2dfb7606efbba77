import { Injectable } from '@nestjs/common';
import { PERMISSIONS } from '@parley/protocol';
import { and, desc, eq, getTableColumns, inArray, isNotNull, isNull, type SQL } from 'drizzle-orm';
import { Database, type Db } from '../../database/database.js';
import { membershipIn } from '../../database/membership-in.js';
import { NOW } from '../../database/now.js';
import { conversationParticipants, conversations, messageReports, messages } from '../../database/schema/index.js';
import { isBehind, type TimePlace } from '../../database/time-place.js';
import { messageColumns } from '../conversation-log/index.js';
import { MessageTexts, ReportTexts } from '../encryption/index.js';

export type ReportRow = typeof messageReports.$inferSelect;

export interface ReportFilter {
  /** A group's; null: those for the server's admins. */
  conversationId: string | null;
  /** Null: all of them. */
  isResolved: boolean | null;
  after: TimePlace | null;
  limit: number;
}

const FACTS = {
  type: conversations.type,
  isArchived: conversations.isArchived,
  role: conversationParticipants.role,
};

@Injectable()
export class ReportsRepository {
  constructor(
    private readonly database: Database,
    private readonly messageTexts: MessageTexts,
    private readonly texts: ReportTexts,
  ) {}

  /** A message, and what of its conversation decides whether this member may report it; null where they are none. */
  async findMessage(messageId: string, userId: string) {
    const [row] = await this.database.db
      .select({ message: messageColumns, ...FACTS })
      .from(messages)
      .innerJoin(conversations, eq(conversations.id, messages.conversationId))
      .innerJoin(conversationParticipants, membershipIn(messages.conversationId, userId))
      .where(eq(messages.id, messageId));
    return row ? { ...row, message: await this.messageTexts.openOne(this.database.db, row.message) } : null;
  }

  /** What of a conversation decides whether this member may see its reports; null where they are none. */
  async findMembership(conversationId: string, userId: string) {
    const [row] = await this.database.db
      .select(FACTS)
      .from(conversations)
      .innerJoin(conversationParticipants, membershipIn(conversations.id, userId))
      .where(eq(conversations.id, conversationId));
    return row ?? null;
  }

  /**
   * Null where this reporter has reported the message already, or the message is gone or deleted. It stays as it is until the
   * report is written: what removes messages for good looks for reports of them afterwards.
   */
  insert(report: typeof messageReports.$inferInsert): Promise<ReportRow | null> {
    const isThere = and(eq(messages.id, report.messageId), isNull(messages.deletedAt));
    return this.database.transaction(async (tx) => {
      const found = await tx.select({ seq: messages.seq }).from(messages).where(isThere).for('share');
      if (found.length === 0) return null;
      const stored = await this.texts.seal(tx, report);
      const [row] = await tx.insert(messageReports).values(stored).onConflictDoNothing().returning();
      return row ? { ...row, content: report.content ?? null, comment: report.comment ?? null } : null;
    });
  }

  async findBy(messageId: string, reporterId: string): Promise<ReportRow | null> {
    const [row] = await this.database.db
      .select()
      .from(messageReports)
      .where(and(eq(messageReports.messageId, messageId), eq(messageReports.reporterId, reporterId)));
    return this.opened(this.database.db, row);
  }

  async find(id: string): Promise<ReportRow | null> {
    const [row] = await this.database.db.select().from(messageReports).where(eq(messageReports.id, id));
    return this.opened(this.database.db, row);
  }

  /** With what `within` does in the same transaction. Null where it is resolved already. */
  resolve(
    id: string,
    resolvedBy: string,
    within: (tx: Db, resolved: ReportRow) => Promise<void>,
  ): Promise<ReportRow | null> {
    return this.database.transaction(async (tx) => {
      const [row] = await tx
        .update(messageReports)
        .set({ resolvedAt: NOW, resolvedBy })
        .where(and(eq(messageReports.id, id), isNull(messageReports.resolvedAt)))
        .returning();
      const report = await this.opened(tx, row);
      if (report) await within(tx, report);
      return report;
    });
  }

  private async opened(db: Db, row: ReportRow | undefined): Promise<ReportRow | null> {
    const [report] = await this.texts.open(db, row ? [row] : []);
    return report ?? null;
  }

  /** The latest first. */
  async list({ conversationId, isResolved, after, limit }: ReportFilter): Promise<ReportRow[]> {
    const { createdAt, id, resolvedAt, scope } = messageReports;
    const own: SQL | undefined =
      conversationId === null
        ? eq(scope, 'server')
        : and(eq(messageReports.conversationId, conversationId), eq(scope, 'group'));
    const state = isResolved === null ? undefined : isResolved ? isNotNull(resolvedAt) : isNull(resolvedAt);
    const rows = await this.database.db
      .select(getTableColumns(messageReports))
      .from(messageReports)
      .where(and(own, state, isBehind([createdAt, id], 'desc', after)))
      .orderBy(desc(createdAt), desc(id))
      .limit(limit);
    return this.texts.open(this.database.db, rows);
  }

  /** Who decides on reports in a group. */
  async leadersOf(conversationId: string): Promise<string[]> {
    const { role, leftAt, userId } = conversationParticipants;
    const rows = await this.database.db
      .select({ userId })
      .from(conversationParticipants)
      .where(
        and(
          eq(conversationParticipants.conversationId, conversationId),
          inArray(role, [...PERMISSIONS.see_reports.group]),
          isNull(leftAt),
        ),
      );
    return rows.map((row) => row.userId);
  }
}
