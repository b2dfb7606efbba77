import type { ConversationSettingsBody } from '@parley/protocol';

/** What could not be done, as a sentence. */
export function failedWords(body: ConversationSettingsBody): string {
  if (body.isPinned !== undefined) return `It could not be ${body.isPinned ? 'pinned' : 'unpinned'}.`;
  if (body.isHidden !== undefined) return 'It could not be hidden.';
  if (body.unreadSeq !== undefined) return 'It could not be marked as unread.';
  return body.notifications === 'all' ? 'The mute could not be ended.' : 'It could not be muted.';
}
