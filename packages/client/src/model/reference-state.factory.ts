import {
  type ConversationListItem,
  type ConversationType,
  firstGraphemes,
  type Member,
  type Message,
  type UserView,
} from '@parley/protocol';

/** For specs: what the reference server stores, and how it presents that. */

export interface StoredMessage {
  readonly message: Message;
  readonly reactions: Map<string, Set<string>>;
}

export interface Participant {
  member: Member;
  /** Number of the latest mark. */
  receipts: number;
  /** The user's membership version at the latest change of this membership. */
  membership: number;
}

export interface StoredConversation {
  readonly id: string;
  readonly type: ConversationType;
  readonly createdBy: string;
  readonly createdAt: string;
  name: string | null;
  isArchived: boolean;
  version: number;
  receipts: number;
  /** Messages before it have expired. */
  firstSeq: number;
  readonly messages: StoredMessage[];
  readonly participants: Map<string, Participant>;
}

export function aUser(id: string): UserView {
  return { id, username: id, displayName: id.toUpperCase(), avatarUrl: null, isBot: false };
}

export function isIn({ participants }: StoredConversation, userId: string): boolean {
  return participants.get(userId)?.member.leftAt === null;
}

export function idsOfPresent(conversation: StoredConversation): string[] {
  return [...conversation.participants.keys()].filter((id) => isIn(conversation, id));
}

export function storedAt(conversation: StoredConversation, seq: number): StoredMessage {
  const stored = conversation.messages[seq - 1];
  if (!stored) throw new Error(`no message ${seq} in ${conversation.id}`);
  return stored;
}

export function participantOf(conversation: StoredConversation, userId: string): Participant {
  const participant = conversation.participants.get(userId);
  if (!participant) throw new Error(`${userId} was never in ${conversation.id}`);
  return participant;
}

/** As one member sees it; null: as it is broadcast to all. */
export function present(conversation: StoredConversation, seq: number, viewer: string | null): Message {
  const { message, reactions } = storedAt(conversation, seq);
  const { replyTo } = message;
  const isThere = replyTo !== null && replyTo.seq >= conversation.firstSeq;
  const quoted = isThere ? storedAt(conversation, replyTo.seq).message : null;
  return structuredClone({
    ...message,
    status: viewer === null ? 'sent' : statusFor(conversation, message, viewer),
    replyTo: replyTo && { ...replyTo, excerpt: firstGraphemes(quoted?.content ?? '', 140) },
    reactions: [...reactions].map(([emoji, users]) => ({
      ...{ emoji, count: users.size },
      ...(viewer !== null && { reactedByMe: users.has(viewer) }),
    })),
  });
}

function statusFor(
  conversation: StoredConversation,
  { senderId, type, seq }: Message,
  viewer: string,
): Message['status'] {
  if (senderId !== viewer || type === 'system') return 'sent';
  const others = idsOfPresent(conversation).filter((id) => id !== viewer);
  const members = others.map((id) => participantOf(conversation, id).member);
  if (others.length === 0) return 'sent';
  if (members.every(({ lastReadSeq }) => lastReadSeq >= seq)) return 'read';
  return members.every(({ lastDeliveredSeq }) => lastDeliveredSeq >= seq) ? 'delivered' : 'sent';
}

/** As one member's list shows it. */
export function listItem(conversation: StoredConversation, userId: string): ConversationListItem {
  const { id, type, name, isArchived, createdBy, createdAt, version, receipts, messages, participants } = conversation;
  const { firstSeq } = conversation;
  const { role, lastReadSeq, lastDeliveredSeq } = participantOf(conversation, userId).member;
  const isUnread = ({ seq, type: kind }: Message) => seq > lastReadSeq && seq >= firstSeq && kind !== 'system';
  const unread = messages.filter(({ message }) => isUnread(message));
  const peer = type === 'direct' ? [...participants.keys()].find((each) => each !== userId) : undefined;
  return {
    ...{ id, type, name, isArchived, createdBy, createdAt, version, receipts, lastReadSeq, lastDeliveredSeq },
    updatedAt: messages.at(-1)?.message.createdAt ?? createdAt,
    memberCount: idsOfPresent(conversation).length,
    ...(firstSeq > 1 && { firstSeq }),
    lastSeq: messages.length,
    peer: peer === undefined ? null : { ...aUser(peer), isOnline: false, lastSeenAt: null },
    myRole: role,
    lastMessage: messages.length >= firstSeq ? present(conversation, messages.length, userId) : null,
    unreadCount: unread.length,
    mentionCount: unread.filter(({ message }) => message.mentions.includes(userId)).length,
  };
}

export function presentMembers(conversation: StoredConversation): Member[] {
  const members = idsOfPresent(conversation).map((id) => participantOf(conversation, id).member);
  return structuredClone(members.sort((a, b) => (a.joinedAt < b.joinedAt ? -1 : 1)));
}
