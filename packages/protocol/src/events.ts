import type { Conversation, ConversationListItem, Member, Message, ReactionCount, UserView } from './entities.js';
import type { ErrorObject } from './errors.js';

/** What happened. Durable events of a conversation come in `version` order, without gaps. */

export interface Announced {
  userId: string;
  /** Changes when the database was restored from a backup: ask everything anew. */
  epoch: string;
  /** My membership version. */
  cursor: number;
  serverTime: string;
  serverVersion: string;
  limits: AnnouncedLimits;
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

/** An edit or a deletion. Who is mentioned anew or no more is told apart, so that mention counts stay right. */
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

export interface UserUpdatedEvent {
  user: UserView;
}

export interface PresenceEvent {
  userId: string;
  lastSeenAt: string | null;
}

/** Name → payload of each event. */
/**
 * What a node may be without for a while. `redis`: events of people on other nodes come up to 1.5 s late. `database`:
 * commands are refused with `service_unavailable`, events pause.
 */
export type ServicePart = 'redis' | 'database';

export interface Events {
  ready: Announced;
  'message:new': MessageNewEvent;
  'message:edited': MessageChangedEvent;
  'message:deleted': MessageChangedEvent;
  'reaction:updated': ReactionUpdatedEvent;
  'message:sent': MessageSentEvent;
  'conversation:created': ConversationCreatedEvent;
  'conversation:updated': ConversationUpdatedEvent;
  'conversation:archived': ConversationArchivedEvent;
  'member:added': MembersEvent;
  'member:updated': MembersEvent;
  'member:removed': MemberRemovedEvent;
  'message:read': MessageReadEvent;
  'message:delivered': MessageDeliveredEvent;
  'unread:updated': UnreadUpdatedEvent;
  'user:updated': UserUpdatedEvent;
  'status:online': PresenceEvent;
  'status:offline': PresenceEvent;
  'auth:expiring': { expiresAt: string };
  'server:draining': { reconnectAfterMs: number };
  'service:degraded': { part: ServicePart };
  'service:restored': { part: ServicePart };
  'server:closing': { error: ErrorObject };
}

export type EventName = keyof Events;

/** The events as socket.io-client's `ListenEvents`. */
export type ServerToClientEvents = {
  [Name in EventName]: (payload: Events[Name]) => void;
};
