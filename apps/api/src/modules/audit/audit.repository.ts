import { Injectable } from '@nestjs/common';
import type { AuditAction, AuditTarget } from '@parley/protocol';
import { desc, sql } from 'drizzle-orm';
import { Database, type Db } from '../../database/database.js';
import { auditLog } from '../../database/schema/index.js';
import { newId } from '../../kernel/ids.js';

export type AuditRow = typeof auditLog.$inferSelect;

/** One thing that was done. */
export interface Audited {
  /** Null: from the command line of the server. */
  actorId: string | null;
  action: AuditAction;
  target?: AuditTarget;
  conversationId?: string;
  /** Never text of messages, tokens or passwords. */
  details?: Record<string, unknown>;
}

@Injectable()
export class AuditRepository {
  constructor(private readonly database: Database) {}

  async insert(
    { actorId, action, target, conversationId, details }: Audited,
    db: Db = this.database.db,
  ): Promise<void> {
    const of = { targetKind: target?.kind ?? null, targetId: target?.id ?? null };
    await db.insert(auditLog).values({ id: newId(), actorId, action, ...of, conversationId, details });
  }

  /** Newest first, those before this one where there is one. */
  list(before: { at: Date; id: string } | null, limit: number): Promise<AuditRow[]> {
    const isBefore =
      before === null
        ? undefined
        : sql`(${auditLog.at}, ${auditLog.id}) < (${before.at.toISOString()}::timestamptz, ${before.id}::uuid)`;
    return this.database.db
      .select()
      .from(auditLog)
      .where(isBefore)
      .orderBy(desc(auditLog.at), desc(auditLog.id))
      .limit(limit);
  }
}
