import { conversationArchivedEvent } from './conversation.events.js';
import type { Change } from './conversation-changes.js';

/** The change that makes a conversation read-only, or takes that back. `reason`: where the server does it by itself. */
export function archiving(isArchived: boolean, reason?: 'idle'): Change<void> {
  return {
    result: undefined,
    values: { isArchived },
    row: { kind: 'archived', data: { isArchived } },
    system: { event: isArchived ? 'archived' : 'unarchived', ...(reason && { reason }) },
    event: conversationArchivedEvent,
  };
}
