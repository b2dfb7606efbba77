import type {
  ConversationListItem,
  ConversationType,
  Me,
  MemberRole,
  Message,
  Metadata,
  UserView,
} from './entities.js';
import type { ServicePart } from './events.js';
import type { ForeignType, SentType } from './message-aliases.js';

/** Bodies and answers of the REST API, all under `/api`. */

/** A part of a list. */
export interface Page<T> {
  items: T[];
  /** Goes back as the same parameter; null at the end. */
  nextCursor: string | null;
  hasMore: boolean;
}

export interface ConversationPage extends Page<ConversationListItem> {
  users: UserView[];
}

/** Ascending by `seq`. After `around`, `prevCursor` goes back as `before` and `nextCursor` as `after`. */
export interface MessagePage extends Page<Message> {
  prevCursor?: string | null;
  users: UserView[];
}

export interface RegisterBody {
  username: string;
  password: string;
  displayName?: string;
  /** The token of an invite, which lets in although registration is closed. */
  invite?: string;
}

export interface LoginBody {
  username: string;
  password: string;
}

/** Answer of register, login and refresh; the refresh token is in the cookie. */
export interface Session {
  user: Me;
  accessToken: string;
  /** Seconds. */
  expiresIn: number;
}

/** `isOptional`: that there is no cookie is an answer and no refusal, for pages that cannot know whether they have one. */
export interface RefreshBody {
  isOptional?: boolean;
}

/** The answer to an optional refresh without a cookie. */
export interface NoSession {
  session: null;
}

/** Good once, in place of the token that asked for it, wherever that would stand in a URL: `?ticket=`. */
export interface Ticket {
  ticket: string;
  /** Seconds. */
  expiresIn: number;
}

export interface ChangePasswordBody {
  current: string;
  new: string;
}

/** To leave for good. */
export interface DeleteMeBody {
  password: string;
}

export interface SessionItem {
  id: string;
  createdAt: string;
  lastUsedAt: string;
  userAgent: string | null;
  isCurrent: boolean;
}

export interface UpdateMeBody {
  displayName?: string;
  avatarUrl?: string | null;
  isHidden?: boolean;
}

/** Present members who are online, those who are away included. */
export interface OnlineMembers {
  userIds: string[];
}

export interface UpdateUserBody {
  isDisabled: boolean;
}

/** A member named by the host product's own id; needs a token with the scope `users:provision`. */
export interface ExternalMember {
  externalId: string;
  name?: string;
}

export type MemberRef = string | ExternalMember;

export interface CreateConversationBody {
  /** Made by the client; makes the creation repeatable. */
  id?: string;
  type: ConversationType;
  /** Groups only. */
  name?: string;
  memberIds: MemberRef[];
}

/** Exactly one of the two. */
export interface UpdateConversationBody {
  name?: string;
  isArchived?: boolean;
}

export interface AddMembersBody {
  memberIds: MemberRef[];
}

/** To make a link by which people join a group. */
export interface CreateInviteBody {
  /** How long it is good; missing: until it is taken back. */
  hours?: number;
  /** How many people may join by it; missing: as many as come. */
  maxUses?: number;
}

/** A link by which people join a group. */
export interface Invite {
  id: string;
  createdBy: string;
  createdAt: string;
  /** Null: it is good until it is taken back. */
  expiresAt: string | null;
  /** How many people may join by it; null: as many as come. */
  maxUses: number | null;
  /** How many have. */
  uses: number;
}

/** As whoever made it gets it, once. */
export interface MadeInvite extends Invite {
  token: string;
  /** What to hand out. */
  url: string;
}

export interface InvitePage extends Page<Invite> {
  /** Who made them. */
  users: UserView[];
}

/** What whoever has the link may know of the group before they join. */
export interface InviteView {
  name: string;
  memberCount: number;
  expiresAt: string | null;
}

/** The group that one is a member of now. */
export interface AcceptedInvite {
  conversationId: string;
}

export interface UpdateMemberBody {
  role: MemberRole;
}

export interface SendMessageBody {
  content: string;
  clientMessageId?: string;
  /** Default `text`; `system` is never taken from a client. Names of other systems are stored as Parley's own. */
  type?: SentType | ForeignType;
  replyToId?: string;
  metadata?: Metadata;
}

export interface EditMessageBody {
  content: string;
  /** Absent: stays as it is. */
  metadata?: Metadata;
  /** The message's `version` that the edit was made from: refused with `conflict` if it was edited since. */
  ifVersion?: number;
}

/** One emoji, NFC. */
export interface ReactionBody {
  emoji: string;
}

/** What a message was before one of its edits. */
export interface MessageEdit {
  id: string;
  messageId: string;
  originalContent: string;
  editedBy: string;
  editedAt: string;
}

/** Oldest edit first; none of a deleted message. */
export interface MessageEdits extends Page<MessageEdit> {
  users: UserView[];
}

/**
 * A member whom a message has reached. Times are null where it has not; the delivery was not later than `deliveredAt`.
 */
export interface MessageReceipt {
  userId: string;
  deliveredAt: string | null;
  readAt: string | null;
}

export interface MessageReceipts {
  items: MessageReceipt[];
  users: UserView[];
}

export interface MessageReaction {
  emoji: string;
  userIds: string[];
}

export interface MessageReactions {
  items: MessageReaction[];
  users: UserView[];
}

/** Everyone who is typing, the caller included. */
export interface TypingUsers {
  userIds: string[];
}

/** `POST messages/send` and `message:send`: exactly one of `receiverId` and `conversationId`. */
export interface SendToBody extends SendMessageBody {
  receiverId?: string;
  conversationId?: string;
}

/** What a repeat is answered with where its sender may not read any more. */
export interface DuplicateReceipt {
  id: string;
  conversationId: string;
  clientMessageId: string;
  seq: number;
  duplicate: true;
}

/** Exactly one of the two. */
export interface MarkBody {
  seq?: number;
  messageId?: string;
}

export interface UnreadItem {
  conversationId: string;
  unreadCount: number;
  mentionCount: number;
}

export interface UnreadSummary {
  /** Only conversations with something unread. */
  items: UnreadItem[];
  total: number;
}

/**
 * What a node may be without for a while; sockets are told of a `ServicePart` only. `scanner`: whoever looks at files; `bus`:
 * what the workers of one machine hear each other by.
 */
export type HealthPart = ServicePart | 'scanner' | 'bus';

/** Answer of `GET /health/ready` where a node can serve; `degraded` says what it has to do without. */
export interface Readiness {
  status: 'ok' | 'degraded';
  parts?: readonly HealthPart[];
  /** What is under way, by name: how much is left of it. `worker`: which one of several on this machine answers. */
  details?: Record<string, number>;
}
