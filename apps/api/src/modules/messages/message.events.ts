import type { Message } from '@parley/protocol';
import type { ChangeRow } from '../../database/rows.js';
import type { StreamEvent } from '../../realtime/hub/stream-events.js';

const NAMES = { message_edited: 'message:edited', message_deleted: 'message:deleted' } as const;

/** The kinds of change that `messageChangedEvent` takes. */
export const MESSAGE_CHANGES = Object.keys(NAMES) as (keyof typeof NAMES)[];

/**
 * An edit or a deletion, of its change row, which has whose mentions were added and removed.
 * @param message as every member may see it; where it is read later it may be newer than the change.
 */
export function messageChangedEvent(change: ChangeRow, message: Message): StreamEvent {
  const { conversationId, version, actorId, data } = change;
  const mentions = { mentionsAdded: data.mentionsAdded ?? [], mentionsRemoved: data.mentionsRemoved ?? [] };
  const name = NAMES[change.kind as keyof typeof NAMES];
  return { version, name, payload: { conversationId, version, actorId, message, ...mentions } };
}
