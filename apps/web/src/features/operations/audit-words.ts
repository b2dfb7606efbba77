import type { AuditAction } from '@parley/protocol';

/** What somebody did. A server of a later version may know more. */
export const AUDIT_WORDS: Readonly<Record<AuditAction, string>> = {
  account_disabled: 'disabled an account',
  account_enabled: 'enabled an account',
  account_deleted: 'deleted their account',
  invite_created: 'made an invite',
  invite_used: 'registered by an invite',
  invite_revoked: 'took an invite back',
  reset_created: 'made a link for a new password',
  reset_used: 'set a new password by a link',
  reset_revoked: 'took a link for a new password back',
  bot_created: 'made a bot',
  bot_token_created: 'made a token of a bot',
  bot_token_revoked: 'ended a token of a bot',
  member_removed: 'removed a member',
  role_changed: 'changed a role',
  member_banned: 'banned a member',
  member_unbanned: 'lifted a ban',
  member_silenced: 'silenced a member',
  member_unsilenced: 'ended a silence',
  report_resolved: 'resolved a report',
  announcement_made: 'announced something',
  retention_changed: 'changed how long messages of a conversation are kept',
  conversation_held: 'held a conversation',
  conversation_released: 'released a conversation',
};
