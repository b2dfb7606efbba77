import type { Message, ReactionCount, UserPresence } from './entities.js';
import type { ErrorObject } from './error-object.js';
import type { EditMessageBody, MarkBody, MessagePage, ReactionBody, SendMessageBody, SendToBody } from './rest.js';
import type { SyncAnswer, SyncBody } from './sync.js';

/** What a client sends over a socket. Every command is answered by an acknowledgement. */

/** What to send, and to which conversation: what most clients know. */
export interface SendCommand extends SendMessageBody {
  conversationId: string;
}

export interface MessageCommand {
  messageId: string;
}

export interface EditCommand extends MessageCommand, EditMessageBody {}

export interface ReactionCommand extends MessageCommand, ReactionBody {}

export interface MarkCommand extends MarkBody {
  conversationId: string;
}

export interface ConversationCommand {
  conversationId: string;
}

/** At most one of `before`, `after` and `around`: a seq, a message id or an ISO time. */
export interface OpenCommand extends ConversationCommand {
  limit?: number;
  before?: string;
  after?: string;
  around?: string;
}

/** Replaces whom the socket watches. */
export interface PresenceSubscribeCommand {
  userIds: string[];
}

export interface PresenceIdleCommand {
  isIdle: boolean;
}

export interface RefreshCommand {
  token: string;
}

export interface SendResult {
  messageId: string;
  clientMessageId: string;
  seq: number;
  /** Absent where the sender may not read any more. */
  version?: number;
  createdAt?: string;
  duplicate: boolean;
  message?: Message;
}

/** Answer of an edit and of a deletion; where nothing changed, the present state and its version. */
export interface MessageChangeResult {
  version: number;
  /** As the caller sees it. */
  message: Message;
}

export interface ReactionResult {
  /** The version of the change; where nothing changed, the message's present one. */
  version: number;
  changed: boolean;
  /** As the caller sees them, `reactedByMe` included. */
  reactions: ReactionCount[];
}

export interface MarkResult {
  lastReadSeq: number;
  lastDeliveredSeq: number;
  unreadCount: number;
  mentionCount: number;
  lastSeq: number;
}

export interface JoinResult {
  version: number;
  receipts: number;
}

export interface PresenceSubscribeResult {
  /** Of those who share a conversation with the asker. */
  users: Record<string, UserPresence>;
}

export interface RefreshResult {
  expiresAt: string;
}

/** Of a command that answers nothing but that it succeeded. */
export type NoResult = object;

export type Ack<T> = ({ success: true } & T) | { success: false; error: ErrorObject };

/** Name → payload and answer of each command. */
export interface Commands {
  /**
   * To exactly one of `conversationId` and `receiverId`, who is found or given a direct conversation. Acknowledged after the
   * commit; the ack and `message:new` come in either order.
   */
  'message:send': { payload: SendToBody; result: SendResult };
  /** One's own, within the window. */
  'message:edit': { payload: EditCommand; result: MessageChangeResult };
  /** One's own, or in a group anyone's for its admins and owners. */
  'message:delete': { payload: MessageCommand; result: MessageChangeResult };
  /** What is there already succeeds with `changed: false`. */
  'reaction:add': { payload: ReactionCommand; result: ReactionResult };
  /** What is not there succeeds with `changed: false`. */
  'reaction:remove': { payload: ReactionCommand; result: ReactionResult };
  /** Exactly one of `seq` and `messageId`. Markers only move forward; reading moves the delivery marker too. */
  'message:read': { payload: MarkCommand; result: MarkResult };
  /** Exactly one of `seq` and `messageId`. Markers only move forward. */
  'message:delivered': { payload: MarkCommand; result: MarkResult };
  /** Hears the conversation again after `conversation:leave`. */
  'conversation:join': { payload: ConversationCommand; result: JoinResult };
  /** Silences the conversation for this socket until it joins or reconnects; it is no way out of it. */
  'conversation:leave': { payload: ConversationCommand; result: JoinResult };
  /** A page of messages; at most one of `before`, `after` and `around`, without them the newest. */
  'conversation:open': { payload: OpenCommand; result: MessagePage };
  /** Says that the caller is typing; it ends by itself 3 seconds after the latest. */
  'typing:start': { payload: ConversationCommand; result: NoResult };
  /** Says that the caller types no more. */
  'typing:stop': { payload: ConversationCommand; result: NoResult };
  /**
   * Watches up to 500 users, in place of those watched before; answers with the presence of those who share a
   * conversation with the caller.
   */
  'presence:subscribe': { payload: PresenceSubscribeCommand; result: PresenceSubscribeResult };
  /** Says whether nobody is at this device. */
  'presence:idle': { payload: PresenceIdleCommand; result: NoResult };
  /** What changed since the caller was here. */
  sync: { payload: SyncBody; result: SyncAnswer };
  /** Renews the connection's token in place. One of another user is `forbidden`, and the socket is closed. */
  'auth:refresh': { payload: RefreshCommand; result: RefreshResult };
}

export type CommandName = keyof Commands;

/** The commands as socket.io-client's `EmitEvents`. */
export type ClientToServerEvents = {
  [Name in CommandName]: (
    payload: Commands[Name]['payload'],
    ack: (answer: Ack<Commands[Name]['result']>) => void,
  ) => void;
};
