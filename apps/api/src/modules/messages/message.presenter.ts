import type { Message, SystemMetadata } from '@parley/protocol';
import type { MessageRow } from '../../database/rows.js';
import { presentMetadata } from '../files/index.js';

/**
 * A stored message as everyone may see it: status `sent`, reactions without `reactedByMe`. What it quotes is not in its
 * row: `MessageViews` is how answers and events are made.
 */
export function presentMessage(row: MessageRow): Message {
  const isDeleted = row.deletedAt !== null;
  const isReply = row.replyToId !== null && row.replyToSeq !== null && row.replyToSenderId !== null;
  return {
    id: row.id,
    conversationId: row.conversationId,
    seq: row.seq,
    clientMessageId: row.clientMessageId,
    senderId: row.senderId,
    senderType: row.senderType,
    type: row.type,
    content: isDeleted ? '' : row.content,
    metadata: isDeleted ? {} : presentMetadata(row.metadata),
    mentions: isDeleted ? [] : row.mentions,
    replyTo:
      isReply && !isDeleted
        ? {
            id: row.replyToId as string,
            seq: row.replyToSeq as number,
            senderId: row.replyToSenderId as string,
            excerpt: '',
          }
        : null,
    reactions: isDeleted ? [] : row.reactions,
    status: 'sent',
    createdAt: row.createdAt.toISOString(),
    editedAt: row.editedAt?.toISOString() ?? null,
    deletedAt: row.deletedAt?.toISOString() ?? null,
    isDeleted,
    version: row.version,
  };
}

/** How far the other present members have come; null where there is no other member, or too many. */
export interface OthersMarks {
  read: number;
  delivered: number;
}

/** On one's own messages: how far all the others have come. */
export function withStatus(message: Message, userId: string, marks: OthersMarks | null): Message {
  if (!marks || message.senderId !== userId || message.type === 'system') return message;
  if (marks.read >= message.seq) return { ...message, status: 'read' };
  return marks.delivered >= message.seq ? { ...message, status: 'delivered' } : message;
}

/** Everyone whom these messages name: senders, mentioned people, authors of quoted messages, members in system ones. */
export function peopleIn(messages: readonly Message[]): string[] {
  const ids = new Set<string>();
  for (const { senderId, mentions, replyTo, type, metadata } of messages) {
    ids.add(senderId);
    for (const id of mentions) ids.add(id);
    if (replyTo) ids.add(replyTo.senderId);
    if (type === 'system') for (const id of (metadata as Partial<SystemMetadata>).userIds ?? []) ids.add(id);
  }
  return [...ids];
}
