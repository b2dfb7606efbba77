import { Injectable } from '@nestjs/common';
import { may, type Report, type ReportBody, type ReportPage, type ReportReason } from '@parley/protocol';
import { conflict, notFound, ParleyError } from '../../kernel/errors.js';
import { newId } from '../../kernel/ids.js';
import type { Principal } from '../../kernel/principal.js';
import { Cursors } from '../../platform/http/cursors.js';
import { AuditService } from '../audit/index.js';
import { requirePermission } from '../conversation-log/index.js';
import { NoticePublisher } from '../notices/index.js';
import { UsersRepository, UsersService } from '../users/index.js';
import type { ReportsQueryDto } from './dto/report-bodies.dto.js';
import { peopleOfReport, presentReport } from './report.presenter.js';
import { type ReportRow, ReportsRepository } from './reports.repository.js';

/** Messages that members report, and those who decide on them. */
@Injectable()
export class ReportsService {
  constructor(
    private readonly repository: ReportsRepository,
    private readonly users: UsersService,
    private readonly people: UsersRepository,
    private readonly audit: AuditService,
    private readonly notices: NoticePublisher,
    private readonly cursors: Cursors,
  ) {}

  /**
   * Each member reports a message once: again it is the same report. In a direct conversation the text is copied, as the
   * server's admins cannot read it there.
   * @throws `conflict` for a deleted message, `forbidden` for one's own and for those of the server.
   */
  async report(
    { userId }: Principal,
    messageId: string,
    body: ReportBody,
  ): Promise<{ report: Report; isNew: boolean }> {
    const found = await this.repository.findMessage(messageId, userId);
    if (!found) throw notFound();
    const { message, role, ...conversation } = found;
    requirePermission('report', role, conversation);
    if (message.type === 'system' || message.senderId === userId) throw new ParleyError('forbidden');
    const before = await this.repository.findBy(messageId, userId);
    if (before) return { report: presentReport(before), isNew: false };
    if (message.deletedAt) throw conflict('message', 'deleted');
    const isDirect = conversation.type === 'direct';
    const row = await this.repository.insert({
      id: newId(),
      scope: isDirect ? 'server' : 'group',
      conversationId: message.conversationId,
      messageId,
      seq: message.seq,
      senderId: message.senderId,
      reporterId: userId,
      reason: body.reason,
      comment: body.comment?.trim() || null,
      content: isDirect ? message.content : null,
    });
    // The same report at the same instant, or the message has expired or was deleted at it.
    if (!row) return { report: presentReport(await this.get(messageId, userId)), isNew: false };
    await this.notify(row);
    return { report: presentReport(row), isNew: true };
  }

  /** Those of a group, for its admins and owners. */
  async listIn({ userId }: Principal, conversationId: string, query: ReportsQueryDto): Promise<ReportPage> {
    const membership = await this.repository.findMembership(conversationId, userId);
    if (!membership) throw notFound();
    requirePermission('see_reports', membership.role, membership);
    return this.page(conversationId, query);
  }

  /** Those of direct conversations, for the server's admins. */
  list(query: ReportsQueryDto): Promise<ReportPage> {
    return this.page(null, query);
  }

  /** @throws `not_found` for whoever does not have it in their list. */
  async resolve({ userId }: Principal, id: string): Promise<Report> {
    const report = await this.repository.find(id);
    if (!report) throw notFound();
    await this.requireMayResolve(report, userId);
    const resolved = await this.repository.resolve(id, userId, (tx, row) =>
      this.audit.record(auditOf(row, userId), tx),
    );
    if (!resolved) return presentReport((await this.repository.find(id)) ?? report);
    await this.notify(resolved);
    return presentReport(resolved);
  }

  private async requireMayResolve({ scope, conversationId }: ReportRow, userId: string): Promise<void> {
    if (scope === 'server' && (await this.users.isServerAdmin(userId))) return;
    const membership = await this.repository.findMembership(conversationId, userId);
    if (!membership || !may('see_reports', { ...membership, myRole: membership.role })) throw notFound();
  }

  /** @throws `conflict` where the message was deleted before it was reported, `not_found` where it has expired. */
  private async get(messageId: string, reporterId: string): Promise<ReportRow> {
    const row = await this.repository.findBy(messageId, reporterId);
    if (row) return row;
    const found = await this.repository.findMessage(messageId, reporterId);
    throw found?.message.deletedAt ? conflict('message', 'deleted') : notFound();
  }

  private async page(conversationId: string | null, query: ReportsQueryDto): Promise<ReportPage> {
    const { isResolved = null } = query;
    const { rows, end } = await this.cursors.page(
      {
        name: `reports ${conversationId ?? ''}`,
        read: (after, limit) => this.repository.list({ conversationId, isResolved, after, limit }),
        positionOf: ({ createdAt, id }: ReportRow) => [createdAt.toISOString(), id],
      },
      query,
    );
    const items = rows.map(presentReport);
    const views = await this.people.viewsOf(items.flatMap(peopleOfReport));
    return { items, ...end, users: [...views.values()] };
  }

  private async notify({ id, scope, conversationId, resolvedAt }: ReportRow): Promise<void> {
    const isOfGroup = scope === 'group';
    const userIds = isOfGroup ? await this.repository.leadersOf(conversationId) : await this.users.serverAdmins();
    const of = isOfGroup ? conversationId : null;
    this.notices.publish(userIds, 'report:updated', {
      reportId: id,
      conversationId: of,
      isResolved: resolvedAt !== null,
    });
  }
}

function auditOf({ id, scope, conversationId, reason, senderId }: ReportRow, actorId: string) {
  return {
    action: 'report_resolved' as const,
    actorId,
    target: { kind: 'report' as const, id },
    ...(scope === 'group' && { conversationId }),
    details: { reason: reason as ReportReason, senderId },
  };
}
