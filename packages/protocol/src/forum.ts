import type { MessageType } from './entities.js';
import type { ErrorObject } from './error-object.js';

/**
 * What is spoken at `/ws?profile=forum`: JSON texts `{type, data}`, each a frame. It is about direct conversations only,
 * each of which is named by the id of the other person.
 */

/** Unicode characters of a message on this profile, at most. */
export const FORUM_CHARACTERS = 500;

/** Users in one `online_users`, at most. */
export const FORUM_ONLINE_USERS = 500;

export interface ForumUser {
  id: string;
  username: string;
  displayName: string;
}

export interface PrivateMessage {
  id: string;
  /** Its place among the messages of these two. */
  seq: number;
  clientMessageId: string;
  senderId: string;
  receiverId: string;
  type: MessageType;
  /** Empty once it is deleted. */
  content: string;
  createdAt: string;
  isDeleted: boolean;
}

export interface PrivateMessageData {
  receiverId: string;
  /** 1 to 500 characters. */
  content: string;
  /** A UUID made by the client, under which it can be sent again. */
  clientMessageId?: string;
}

export interface LoadHistoryData {
  userId: string;
  /** The `before` of the page before: a seq, a message's id or an ISO time. */
  before?: string;
  /** 1 to 100; 50 if not given. */
  limit?: number;
}

/** A page of the messages of two people, the oldest first; without any where they have none. */
export interface HistoryLoadedData {
  userId: string;
  messages: PrivateMessage[];
  hasMore: boolean;
  /** What to ask with for the page before; null at the beginning of the history. */
  before: string | null;
}

export interface ForumJoined {
  userId: string;
  limits: {
    /** Characters of a message. */
    contentCharacters: number;
    /** 0: not limited. */
    messagesPerSecond: number;
    /** 0: not limited. */
    messagesPerMinute: number;
  };
}

export interface MessageDeliveredData {
  /** As the client gave it, or as the server made it. */
  clientMessageId: string;
  messageId: string;
  seq: number;
  /** It was sent before under the same `clientMessageId`, and is not sent again. */
  duplicate: boolean;
  message?: PrivateMessage;
}

/** Why a frame of the client came to nothing: the error, and which frame it was. */
export interface MessageFailedData extends ErrorObject {
  /** The type of that frame; null where it could not be read. */
  request: string | null;
}

/** Type → data of what a client sends. */
export interface ForumRequests {
  /** Says that somebody is there; answered by `join` and `online_users`, as they came first. */
  join: object;
  /** Ends the connection once all that was sent before is answered. */
  leave: object;
  /** To another person; their first message makes the conversation. */
  private_message: PrivateMessageData;
  load_history: LoadHistoryData;
  /** Says for three seconds that the sender is writing to that person. */
  typing_start: { userId: string };
  typing_stop: { userId: string };
}

/** Type → data of what the server sends. */
export interface ForumNotices {
  /** The first frame of a connection that was let in. */
  join: ForumJoined;
  /** Why nobody is let in, or why the server is about to close the connection. */
  leave: { error: ErrorObject };
  /** To the receiver, and to the other connections of the sender. */
  private_message: PrivateMessage;
  history_loaded: HistoryLoadedData;
  user_online: { user: ForumUser };
  user_offline: { userId: string; lastSeenAt: string | null };
  /** Those with whom one has a conversation: behind `join`, and within a second after a change. */
  online_users: { users: ForumUser[] };
  /** To the connection that sent it, once it is stored. */
  message_delivered: MessageDeliveredData;
  message_failed: MessageFailedData;
  /** That person is writing to me. */
  typing_start: { userId: string };
  typing_stop: { userId: string };
}

/** Frames of clients. */
export type ForumRequestFrame = {
  [Type in keyof ForumRequests]: { type: Type; data: ForumRequests[Type] };
}[keyof ForumRequests];

/** Frames of the server. */
export type ForumNoticeFrame = {
  [Type in keyof ForumNotices]: { type: Type; data: ForumNotices[Type] };
}[keyof ForumNotices];
