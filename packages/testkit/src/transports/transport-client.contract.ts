import type { Ack, CommandName, Commands, EventName, Events } from '@parley/protocol';
import type { ManagerOptions, SocketOptions } from 'socket.io-client';

export const TRANSPORTS = ['socketio', 'websocket', 'stomp'] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** The transport of the client at this place. */
export const inTurnOf = (transports: readonly Transport[], place: number): Transport =>
  transports[place % transports.length] ?? 'socketio';

export interface ClientOptions {
  url: string;
  token: string;
  /** Whether it comes back by itself after its first `ready`; it does where this is missing. */
  reconnection?: boolean;
  /** The only conversation to follow, where the transport can: `/ws/{id}?afterSeq=`, or a topic of STOMP. */
  follows?: { conversation: string; afterSeq: () => number };
  /** More for Socket.IO's own client. */
  socketIo?: Partial<ManagerOptions & SocketOptions>;
}

export interface ClientListener {
  /** A connection is open; `ready` comes as an event. */
  opened(): void;
  /** An ERROR of STOMP is told as the `server:closing` that it stands for. */
  received(name: EventName, payload: Events[EventName]): void;
  /** A connection that was open is over: the reason that Socket.IO has for it, or the code of the close. */
  lost(reason: string): void;
}

/** Commands and events over one transport, by a client with as little logic as it can have. */
export interface TransportClient {
  readonly isConnected: boolean;
  /** Gives a command. Rejects when there is no acknowledgement in time, or the connection ended. */
  ask<Name extends CommandName>(
    name: Name,
    payload: Commands[Name]['payload'],
    timeoutMs: number,
  ): Promise<Ack<Commands[Name]['result']>>;
  close(): void;
}
