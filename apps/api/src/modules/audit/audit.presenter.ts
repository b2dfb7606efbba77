import type { AuditAction, AuditEntry, AuditTargetKind } from '@parley/protocol';
import type { AuditRow } from './audit.repository.js';

export function toAuditEntry({ id, at, actorId, action, conversationId, details, ...row }: AuditRow): AuditEntry {
  const target = row.targetId === null ? null : { kind: row.targetKind as AuditTargetKind, id: row.targetId };
  return { id, at: at.toISOString(), actorId, action: action as AuditAction, target, conversationId, details };
}
