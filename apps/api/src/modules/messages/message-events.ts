import type { Message } from '@parley/protocol';
import type { FeedEvent } from '../../realtime/feed/feed-events.js';

/** A message's first event. When read later the message in it may be newer, `version` is always its own. */
export function newMessageEvent(message: Message, createdVersion = message.version): FeedEvent {
  return {
    version: createdVersion,
    name: 'message:new',
    payload: { conversationId: message.conversationId, version: createdVersion, actorId: message.senderId, message },
  };
}
