import type { ConversationSettings } from './conversation-settings.js';

/** What the server answers: shapes of users, conversations and messages. Times are ISO-8601 UTC, ids UUIDv7. */

/** A person, wherever one appears. */
export interface UserView {
  id: string;
  username: string;
  displayName: string;
  avatarUrl: string | null;
  isBot: boolean;
}

/** A user as others see them; presence is null unless caller and user share a conversation. */
export interface UserDetail extends UserView {
  isOnline: boolean | null;
  lastSeenAt: string | null;
}

/** A user's presence as far as the asker may know it. Whoever is away is online, with nobody at any of their devices. */
export interface UserPresence {
  isOnline: boolean;
  isAway: boolean;
  /** When that last changed. */
  lastSeenAt: string | null;
}

/** Oneself. The only shape with an e-mail address. */
export interface Me extends UserView {
  email: string | null;
  role: ServerRole;
  /** Others see no presence of this user: offline, and never seen. */
  isHidden: boolean;
  createdAt: string;
}

export type ServerRole = 'admin' | 'user';
export type ConversationType = 'direct' | 'group';
export type MemberRole = 'owner' | 'admin' | 'member';

export interface Conversation {
  id: string;
  type: ConversationType;
  /** Null in direct conversations. */
  name: string | null;
  isArchived: boolean;
  createdBy: string;
  createdAt: string;
  /** Time of the last message, else of creation. */
  updatedAt: string;
  memberCount: number;
  /** The messages before this one have expired: they are nowhere any more. Missing where none have. */
  firstSeq?: number;
  lastSeq: number;
  version: number;
}

/** A conversation as one of its members sees it. */
export interface ConversationListItem extends Conversation {
  receipts: number;
  /** In direct conversations the other person, else null. */
  peer: UserDetail | null;
  myRole: MemberRole;
  lastMessage: Message | null;
  unreadCount: number;
  mentionCount: number;
  lastReadSeq: number;
  lastDeliveredSeq: number;
  /** The caller's own; missing where they have never changed any. Later changes come as `settings:updated`. */
  settings?: ConversationSettings;
}

export interface ConversationDetail extends ConversationListItem {
  /** The first 100 members by the time they joined. */
  members: Member[];
}

export interface Member {
  user: UserView;
  role: MemberRole;
  joinedAt: string;
  /** Null while present. */
  leftAt: string | null;
  /** Until when they may write nothing; null, or in the past, where they may. */
  silencedUntil: string | null;
  lastReadSeq: number;
  lastDeliveredSeq: number;
  version: number;
}

/** A member as lists of members show them. */
export interface MemberDetail extends Member {
  user: UserDetail;
}

export type MessageType = 'text' | 'image' | 'file' | 'system' | 'data';
export type SenderType = 'user' | 'bot' | 'system';
export type MessageStatus = 'sent' | 'delivered' | 'read';

/** Free JSON that clients attach to a message. */
export type Metadata = Record<string, unknown>;

export interface ReplyPreview {
  id: string;
  seq: number;
  senderId: string;
  /** Of the quoted message's present text; empty once it is deleted. */
  excerpt: string;
}

export interface ReactionCount {
  emoji: string;
  count: number;
  /** Only in answers to one caller, never in broadcasts. */
  reactedByMe?: boolean;
}

export interface Message {
  id: string;
  conversationId: string;
  /** 1, 2, 3 … within the conversation, without gaps, in commit order. */
  seq: number;
  clientMessageId: string;
  senderId: string;
  senderType: SenderType;
  type: MessageType;
  content: string;
  metadata: Metadata;
  mentions: string[];
  replyTo: ReplyPreview | null;
  reactions: ReactionCount[];
  /** As the caller sees it; always `sent` in broadcasts. */
  status: MessageStatus;
  createdAt: string;
  editedAt: string | null;
  deletedAt: string | null;
  isDeleted: boolean;
  /** The conversation's version at this message's latest change. */
  version: number;
}

export const SYSTEM_EVENTS = [
  'member_added',
  'member_removed',
  'member_left',
  'role_changed',
  'renamed',
  'archived',
  'unarchived',
  'retention_changed',
] as const;

/** `metadata` of a message of type `system`. */
export interface SystemMetadata {
  event: (typeof SYSTEM_EVENTS)[number];
  userIds?: string[];
  from?: string;
  to?: string;
  /** `idle`: the server did it, since nobody had written for long; `senderId` is who created the conversation. */
  reason?: 'idle';
}
