import type { MessageItem, PendingItem } from '@parley/client';
import type { ConversationListItem, Member, Message } from '@parley/protocol';

/** Objects for specs, which name only the fields that matter to them. */

export const ME = 'me';

export function aMessage(fields: Partial<Message> = {}): Message {
  const seq = fields.seq ?? 1;
  return {
    id: `id-${seq}`,
    conversationId: 'c',
    seq,
    clientMessageId: `client-${seq}`,
    senderId: 'ama',
    senderType: 'user',
    type: 'text',
    content: `text ${seq}`,
    metadata: {},
    mentions: [],
    replyTo: null,
    reactions: [],
    status: 'sent',
    createdAt: '2026-03-02T10:00:00.000Z',
    editedAt: null,
    deletedAt: null,
    isDeleted: false,
    version: seq + 1,
    ...fields,
  };
}

/** List items with these seqs. */
export function stored(from: number, to: number): MessageItem[] {
  return Array.from({ length: to - from + 1 }, (_, index) => storedItem(aMessage({ seq: from + index })));
}

export function storedItem(message: Message): MessageItem {
  return {
    kind: 'stored',
    key: message.clientMessageId,
    message,
    own: { edit: null, reactions: {}, reactionFailure: null },
  };
}

export function aPending(key: string, fields: Partial<PendingItem> = {}): PendingItem {
  const createdAt = '2026-03-02T10:00:00.000Z';
  return {
    kind: 'pending',
    key,
    entry: { clientMessageId: key, conversationId: 'c', content: `text ${key}`, createdAt, order: 1 },
    failure: null,
    quoted: null,
    ...fields,
  };
}

export function anItem(fields: Partial<ConversationListItem> = {}): ConversationListItem {
  return {
    id: 'c',
    type: 'group',
    name: 'Launch room',
    isArchived: false,
    createdBy: 'ama',
    createdAt: '2026-03-01T10:00:00.000Z',
    updatedAt: '2026-03-01T10:00:00.000Z',
    memberCount: 3,
    lastSeq: 0,
    version: 1,
    receipts: 0,
    peer: null,
    myRole: 'member',
    lastMessage: null,
    unreadCount: 0,
    mentionCount: 0,
    lastReadSeq: 0,
    lastDeliveredSeq: 0,
    ...fields,
  };
}

export function aMember(id: string, fields: Partial<Member> = {}): Member {
  return {
    user: { id, username: id, displayName: id, avatarUrl: null, isBot: false },
    role: 'member',
    joinedAt: '2026-03-01T10:00:00.000Z',
    leftAt: null,
    silencedUntil: null,
    lastReadSeq: 0,
    lastDeliveredSeq: 0,
    version: 1,
    ...fields,
  };
}
