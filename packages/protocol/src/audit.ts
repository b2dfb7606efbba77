import type { UserView } from './entities.js';
import type { Page } from './rest.js';

/** What is written down for good of what administrators do, and those who run the server. */
export type AuditAction =
  | 'account_disabled'
  | 'account_enabled'
  | 'account_deleted'
  | 'invite_created'
  | 'invite_used'
  | 'invite_revoked'
  | 'reset_created'
  | 'reset_used'
  | 'reset_revoked'
  | 'bot_created'
  | 'bot_token_created'
  | 'bot_token_revoked'
  | 'member_removed'
  | 'role_changed'
  | 'member_banned'
  | 'member_unbanned'
  | 'group_invite_created'
  | 'group_invite_revoked'
  | 'member_silenced'
  | 'member_unsilenced'
  | 'report_resolved'
  | 'announcement_made'
  | 'retention_changed'
  | 'conversation_held'
  | 'conversation_released'
  | 'account_exported'
  | 'conversation_exported'
  | 'database_repaired';

export type AuditTargetKind = 'user' | 'report' | 'link' | 'bot_token';

/** To whom or to what it was done. */
export interface AuditTarget {
  kind: AuditTargetKind;
  id: string;
}

export interface AuditEntry {
  id: string;
  at: string;
  /** Null: done from the command line of the server. */
  actorId: string | null;
  action: AuditAction;
  target: AuditTarget | null;
  conversationId: string | null;
  /** Depends on the action; never text of messages, tokens or passwords. */
  details: Record<string, unknown>;
}

/** Newest first. */
export interface AuditPage extends Page<AuditEntry> {
  /** Actors and targets. */
  users: UserView[];
}
