import { randomUUID } from 'node:crypto';
import type { Message, MessageNewEvent, SendCommand } from '@parley/protocol';

const heads = new Map<string, number>();

/** A delivery of the same shape and length as Parley's, for servers that have none of their own. */
export function deliveryOf(command: SendCommand, senderId: string): MessageNewEvent {
  const { conversationId, content, clientMessageId = randomUUID(), type = 'text', metadata = {} } = command;
  const seq = (heads.get(conversationId) ?? 0) + 1;
  heads.set(conversationId, seq);
  const message: Message = {
    id: randomUUID(),
    conversationId,
    seq,
    clientMessageId,
    senderId,
    senderType: 'user',
    type: type as Message['type'],
    content,
    metadata,
    mentions: [],
    replyTo: null,
    reactions: [],
    status: 'sent',
    createdAt: new Date().toISOString(),
    editedAt: null,
    deletedAt: null,
    isDeleted: false,
    version: seq + 1,
  };
  return { conversationId, version: message.version, actorId: senderId, message };
}
