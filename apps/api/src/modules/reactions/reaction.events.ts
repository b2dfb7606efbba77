import type { Message } from '@parley/protocol';
import type { ChangeRow } from '../../database/rows.js';
import type { StreamEvent } from '../../realtime/hub/stream-events.js';

/** The kind of change that a reaction is. */
export const REACTION_CHANGE = 'reaction_updated';

/** @param message as everyone may see it; where it is read later, its reactions may be newer than the change. */
export function reactionEvent(change: ChangeRow, message: Message): StreamEvent {
  const { version, actorId, data } = change;
  const { conversationId, id: messageId, seq, reactions } = message;
  const { emoji = '', action = 'added' } = data;
  return {
    version,
    name: 'reaction:updated',
    payload: { conversationId, actorId, messageId, seq, reactions, version, userId: actorId, emoji, action },
  };
}
