import type { Message } from '@parley/protocol';
import type { StreamEvent } from '../../realtime/hub/stream-events.js';

/** An edit or a deletion; `added` and `removed` are who is mentioned anew and no more. */
export function changedMessageEvent(
  name: 'message:edited' | 'message:deleted',
  message: Message,
  change: { version: number; actorId: string; added: readonly string[]; removed: readonly string[] },
): StreamEvent {
  const { version, actorId, added, removed } = change;
  const mentions = { mentionsAdded: [...added], mentionsRemoved: [...removed] };
  return { version, name, payload: { conversationId: message.conversationId, version, actorId, message, ...mentions } };
}
