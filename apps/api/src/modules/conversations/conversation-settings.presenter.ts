import type { ConversationSettings } from '@parley/protocol';
import type { SettingsRow } from './conversation-settings.repository.js';

export function presentSettings(row: SettingsRow): ConversationSettings {
  return {
    conversationId: row.conversationId,
    notifications: row.notifications,
    mutedUntil: row.mutedUntil?.toISOString() ?? null,
    pinnedAt: row.pinnedAt?.toISOString() ?? null,
    hiddenSeq: row.hiddenSeq,
    unreadSeq: row.unreadSeq,
    version: row.version,
  };
}
