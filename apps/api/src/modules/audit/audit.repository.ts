import { Injectable } from '@nestjs/common';
import type { AuditAction, AuditTarget } from '@parley/protocol';
import { desc } from 'drizzle-orm';
import { Database, type Db } from '../../database/database.js';
import { auditLog } from '../../database/schema/index.js';
import { isBehind, type TimePlace } from '../../database/time-place.js';
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

  /** Newest first. */
  list(after: TimePlace | null, limit: number): Promise<AuditRow[]> {
    return this.database.db
      .select()
      .from(auditLog)
      .where(isBehind([auditLog.at, auditLog.id], 'desc', after))
      .orderBy(desc(auditLog.at), desc(auditLog.id))
      .limit(limit);
  }
}
