import type { UserView } from './entities.js';
import type { Page } from './rest.js';

/** What people do against those who abuse the chat: blocks, silences, bans and reports. */

/** How long a member may write nothing, from now on. */
export interface SilenceBody {
  seconds: number;
}

/** Somebody who cannot be added to a group. */
export interface Ban {
  user: UserView;
  /** A user's id. */
  bannedBy: string;
  bannedAt: string;
}

/** The latest first. */
export interface BanPage extends Page<Ban> {
  /** Those who banned. */
  users: UserView[];
}

export const REPORT_REASONS = ['spam', 'harassment', 'violence', 'illegal', 'other'] as const;
export type ReportReason = (typeof REPORT_REASONS)[number];

export interface ReportBody {
  reason: ReportReason;
  /** On several lines, if need be. */
  comment?: string;
}

/** A message that a member has reported: to the leaders of its group, or of a direct conversation to the server's admins. */
export interface Report {
  id: string;
  conversationId: string;
  messageId: string;
  seq: number;
  senderId: string;
  reporterId: string;
  reason: ReportReason;
  comment: string | null;
  /** The text as it was when it was reported; null in groups, whose leaders read the message itself. */
  content: string | null;
  createdAt: string;
  /** Null while it is open. */
  resolvedAt: string | null;
  resolvedBy: string | null;
}

/** The latest first. */
export interface ReportPage extends Page<Report> {
  /** Senders, reporters, and those who resolved them. */
  users: UserView[];
}

/** A report is open until it is resolved, for good. */
export interface ResolveReportBody {
  isResolved: true;
}

/** Query of `GET reports` and of `GET conversations/:id/reports`. */
export interface ReportsQuery {
  /** Open ones alone, or resolved ones. */
  isResolved?: boolean;
  cursor?: string;
  limit?: number;
}
