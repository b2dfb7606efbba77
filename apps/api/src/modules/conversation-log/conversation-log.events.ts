import type { Message } from '@parley/protocol';
import type { StreamEvent } from '../../realtime/hub/stream-events.js';

/** A message's first event. When read later the message in it may be newer, `version` is always its own. */
export function newMessageEvent(message: Message, createdVersion = message.version): StreamEvent {
  return {
    version: createdVersion,
    name: 'message:new',
    payload: { conversationId: message.conversationId, version: createdVersion, actorId: message.senderId, message },
  };
}
