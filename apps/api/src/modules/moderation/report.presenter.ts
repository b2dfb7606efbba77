import type { Report, ReportReason } from '@parley/protocol';
import type { ReportRow } from './reports.repository.js';

export function presentReport({ scope: _scope, createdAt, resolvedAt, reason, ...row }: ReportRow): Report {
  return {
    ...row,
    reason: reason as ReportReason,
    createdAt: createdAt.toISOString(),
    resolvedAt: resolvedAt?.toISOString() ?? null,
  };
}

/** Everyone whom a report names. */
export const peopleOfReport = ({ senderId, reporterId, resolvedBy }: Report): string[] => [
  senderId,
  reporterId,
  ...(resolvedBy ? [resolvedBy] : []),
];
