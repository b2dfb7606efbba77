import type { ClientToServerEvents, ErrorCode, ServerToClientEvents } from '@parley/protocol';
import type { DefaultEventsMap, Server, Socket } from 'socket.io';
import type { ParleyError } from '../kernel/errors.js';
import type { Principal } from '../kernel/principal.js';

/** What a node keeps about a socket. */
interface SocketData {
  principal: Principal;
  /** Of a text that it sends, where its transport has a limit of its own. */
  mostCharacters?: number | undefined;
  /** Resolves once `ready` was sent; commands wait for it. */
  ready: Promise<void>;
  isReady: boolean;
  /** Conversations whose events this socket has left. */
  silenced?: Set<string>;
  /** The conversation that it asked a page of last, and when (`performance.now()`). */
  opened?: { conversationId: string; at: number };
  /** Whose presence this socket watches. */
  watched?: ReadonlySet<string>;
  /** Nobody is at it, as its client said. */
  isIdle?: boolean;
  /** Once it is about to be closed: what every further command of its is answered. */
  refusal?: ParleyError;
  /** Code and id of the `server:closing` that it was sent. */
  closing?: { code: ErrorCode; requestId: string };
  expiry?: NodeJS.Timeout;
  /** When `rate:limited` was last emitted to it (`performance.now()`). */
  limitedAt?: number;
  /** Until when it was last told to wait, by `performance.now()`. */
  waitsUntil?: number;
  /** How many malformed frames came. */
  badFrames?: number;
}

export type ParleySocket = Socket<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, SocketData>;
export type ParleyServer = Server<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, SocketData>;

/** Injects the one `ParleyServer` of this node. */
export const IO = Symbol('io');

/** The sockets of this node in these rooms; null for no room, which to Socket.IO would mean all sockets. */
export const localSockets = (io: ParleyServer, rooms: readonly string[]): ReturnType<ParleyServer['to']> | null =>
  rooms.length === 0 ? null : io.local.to([...rooms]);

const CONVERSATION = 'conversation:';

/** Socket.IO's own word is room: the sockets of a user, those that follow a conversation, and those that watch a user. */
export const userRoom = (userId: string): string => `user:${userId}`;
export const conversationRoom = (conversationId: string): string => `${CONVERSATION}${conversationId}`;
export const presenceRoom = (userId: string): string => `presence:${userId}`;

/** The conversations whose events a socket gets. */
export const joinedConversations = ({ rooms }: ParleySocket): string[] =>
  [...rooms].flatMap((room) => (room.startsWith(CONVERSATION) ? [room.slice(CONVERSATION.length)] : []));
