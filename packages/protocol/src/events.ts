import type { ConversationSettings } from './conversation-settings.js';
import type { Conversation, ConversationListItem, Member, Message, ReactionCount, UserView } from './entities.js';
import type { ErrorObject } from './error-object.js';

/** What happened. Durable events of a conversation come in `version` order, without gaps. */

/** The first event of a socket. */
export interface Announced {
  userId: string;
  /** Changes when the database was restored from a backup: fetch everything again. */
  epoch: string;
  /** My membership version. */
  cursor: number;
  serverTime: string;
  serverVersion: string;
  limits: AnnouncedLimits;
  features: AnnouncedFeatures;
}

/** What this deployment has, beside what all have. */
export interface AnnouncedFeatures {
  search: boolean;
  files: boolean;
}

export interface AnnouncedLimits {
  contentBytes: number;
  metadataBytes: number;
  frameBytes: number;
  membersPerRequest: number;
  /** 0: not limited. */
  messagesPerSecond: number;
  /** 0: not limited. */
  messagesPerMinute: number;
  /** How long after sending one may edit a message; 0: never. */
  editWindowSeconds: number;
  /** Of one file. */
  fileBytes: number;
  filesPerMessage: number;
}

/** What every durable event carries. */
interface Durable {
  conversationId: string;
  version: number;
  actorId: string;
}

export interface MessageNewEvent extends Durable {
  message: Message;
}

/** An edit or a deletion. Mentions added and removed are listed, so that mention counts stay right. */
export interface MessageChangedEvent extends Durable {
  message: Message;
  mentionsAdded: string[];
  mentionsRemoved: string[];
}

export interface ReactionUpdatedEvent extends Durable {
  messageId: string;
  seq: number;
  /** All of the message's reactions, without `reactedByMe`. */
  reactions: ReactionCount[];
  userId: string;
  emoji: string;
  action: 'added' | 'removed';
}

export interface MessageSentEvent {
  id: string;
  clientMessageId: string;
  conversationId: string;
  seq: number;
  status: 'sent';
}

export interface ConversationCreatedEvent {
  conversation: ConversationListItem;
  /** The receiver's first cursor: the next event is `version` + 1. */
  version: number;
}

export interface ConversationUpdatedEvent extends Durable {
  conversation: Conversation;
}

export interface ConversationArchivedEvent extends Durable {
  isArchived: boolean;
}

export interface MembersEvent extends Durable {
  members: Member[];
}

export interface MemberRemovedEvent extends Durable {
  userId: string;
}

export interface MessageReadEvent {
  conversationId: string;
  receipts: number;
  userId: string;
  messageId: string;
  seq: number;
  readBy: string;
  readAt: string;
}

export interface MessageDeliveredEvent {
  conversationId: string;
  receipts: number;
  userId: string;
  messageId: string;
  seq: number;
  deliveredTo: string;
  deliveredAt: string;
}

export interface UnreadUpdatedEvent {
  conversationId: string;
  receipts: number;
  unreadCount: number;
  mentionCount: number;
  lastReadSeq: number;
  lastSeq: number;
}

/** Who is typing, the receiver included. */
export interface TypingUpdatedEvent {
  conversationId: string;
  /** Those who began first, at most `LIMITS.typingUserIds`. */
  userIds: string[];
  /** Of all of them. */
  count: number;
}

export interface UserUpdatedEvent {
  user: UserView;
}

export interface UserBlockedEvent {
  userId: string;
  isBlocked: boolean;
}

export interface SettingsUpdatedEvent {
  settings: ConversationSettings;
}

export interface ReportUpdatedEvent {
  reportId: string;
  /** Null of one in a direct conversation. */
  conversationId: string | null;
  isResolved: boolean;
}

export interface PresenceEvent {
  userId: string;
  /** When the user came, went away or left; null of whoever hides it. */
  lastSeenAt: string | null;
}

/**
 * What a node may be without for a while. `redis`: events of people on other nodes come up to 1.5 s late. `database`:
 * commands are refused with `service_unavailable`, events pause.
 */
export type ServicePart = 'redis' | 'database';

/** What the server's admins tell everybody: text, and for how long, where that is known. */
export interface Announcement {
  /** Plain text of up to 1,000 characters, of several lines perhaps. */
  text: string;
  /** Who connects before then is told, too. */
  until?: string;
}

/** Name → payload of each event, and who receives it. */
export interface Events {
  /** This socket, once it follows all its conversations. */
  ready: Announced;
  /** Every member, the sender included. */
  'message:new': MessageNewEvent;
  /** Every member. */
  'message:edited': MessageChangedEvent;
  /** Every member; blank the excerpts of its replies, as you cut them anew after `message:edited`. */
  'message:deleted': MessageChangedEvent;
  /** Every member; `action` is `added` or `removed`. */
  'reaction:updated': ReactionUpdatedEvent;
  /** All sockets of the sender; not for a repeat. */
  'message:sent': MessageSentEvent;
  /** Those who are in it now, at creation or when added; before any other event of it. */
  'conversation:created': ConversationCreatedEvent;
  /** Every member: renamed. */
  'conversation:updated': ConversationUpdatedEvent;
  /** Every member. */
  'conversation:archived': ConversationArchivedEvent;
  /** Those who were members before. */
  'member:added': MembersEvent;
  /** Every member: a role changed, or somebody was silenced for a time. */
  'member:updated': MembersEvent;
  /** Every member, and, as the last event, the one who was removed or left. */
  'member:removed': MemberRemovedEvent;
  /** Every member, in conversations of up to 100; raises delivered too. */
  'message:read': MessageReadEvent;
  /** Every member, in conversations of up to 100. */
  'message:delivered': MessageDeliveredEvent;
  /** All sockets of the reader, after a `message:read` of theirs. */
  'unread:updated': UnreadUpdatedEvent;
  /**
   * Every member, the typists too: all who are typing, at most twice a second; outside versions. A socket that comes
   * while somebody types is sent it after `ready`. In groups of over 100 only the sockets whose latest
   * `conversation:open`, within ten minutes, named it; they are sent it then, where somebody types.
   */
  'typing:update': TypingUpdatedEvent;
  /** All sockets of the user: whom they block has changed. */
  'user:blocked': UserBlockedEvent;
  /** All sockets of the user: their settings of a conversation, of which the one with the greatest `version` holds. */
  'settings:updated': SettingsUpdatedEvent;
  /** Those who decide on it, on all their sockets: there is a report, or one was resolved. */
  'report:updated': ReportUpdatedEvent;
  /** Who shares a conversation with them, and all sockets of their own: another name or picture; outside versions. */
  'user:updated': UserUpdatedEvent;
  /** Who shares a conversation of up to 100 members with them, or one of any size and watches them. */
  'status:online': PresenceEvent;
  /** The same, once all of their sockets are idle. */
  'status:away': PresenceEvent;
  /** The same, 10 seconds after the last socket of theirs is gone. */
  'status:offline': PresenceEvent;
  /** This socket, 30 seconds before its token ends, or at once if less is left. */
  'auth:expiring': { expiresAt: string };
  /**
   * Every socket of a node that is about to stop, each with a time of its own: it is closed within seconds, and best
   * comes back that long after.
   */
  'server:draining': { reconnectAfterMs: number };
  /**
   * Every socket of the node, and each that connects later, while it has to do without `redis` (messages sent on other
   * nodes come up to 1.5 s late, in order, and nothing is lost) or without its `database` (commands are answered
   * `service_unavailable`).
   */
  'service:degraded': { part: ServicePart };
  /** Every socket of the node: it has that part again. */
  'service:restored': { part: ServicePart };
  /**
   * This socket, once a second at most, when commands of its were `rate_limited`: it should wait so long. Who goes on all
   * the same is closed.
   */
  'rate:limited': { retryAfterMs: number };
  /** Every socket of all nodes, in place of the one before; one with `until` also each that connects before then. */
  'server:announcement': Announcement;
  /** This socket, before the server closes it. */
  'server:closing': { error: ErrorObject };
}

export type EventName = keyof Events;

/** The events as socket.io-client's `ListenEvents`. */
export type ServerToClientEvents = {
  [Name in EventName]: (payload: Events[Name]) => void;
};
