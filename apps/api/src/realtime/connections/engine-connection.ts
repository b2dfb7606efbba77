import type { ServerResponse } from 'node:http';
import type { ErrorObject } from '@parley/protocol';
import type { WebSocket } from 'ws';

/** Something by which a client says who it is; `session` is a `Cookie` header that may name one. */
export type Credential = { readonly token: string } | { readonly ticket: string } | { readonly session: string };

/** What a transport knows of a connection before anybody is known by it. */
export interface ConnectionFacts {
  /** As reports name it. */
  readonly transport: string;
  /** The only conversation of which this connection is sent anything; null: all of its user's. */
  readonly conversationId: string | null;
  /** Characters of a text that it sends, at most, where its transport has a limit of its own. */
  readonly mostCharacters?: number | undefined;
  /** All that were given. */
  readonly credentials: readonly Credential[];
}

/** A packet on its way out, as Engine.IO announces it. */
export interface OutgoingPacket {
  readonly type?: string;
  readonly data?: string | Uint8Array;
  readonly options?: object;
}

/** An Engine.IO connection, as far as its documented events and its transport go. */
export interface EngineConnection {
  readonly transport: EngineTransport;
  /** With `true` it ends at once, whatever is queued. */
  close(discard?: boolean): void;
  /** `packetCreate`: a packet was added; `flush`: the queue is about to be handed to the transport. */
  on(event: 'packetCreate', listener: (packet: OutgoingPacket) => void): void;
  on(event: 'flush', listener: (packets: OutgoingPacket[]) => void): void;
  on(event: 'heartbeat', listener: () => void): void;
  on(event: 'close', listener: (reason: string) => void): void;
  /** A flush was handed to the transport, and the queue is empty. */
  once(event: 'drain', listener: () => void): void;
}

export interface EngineTransport {
  readonly name: string;
  /** What these events become where something else is spoken, as it is written. */
  bytesOf?(events: readonly OutgoingPacket[]): readonly Buffer[];
  /** Of a connection on which something else than Socket.IO is spoken. */
  readonly facts?: ConnectionFacts;
  /** Whether a flush may hand packets over; the transport itself sets it to false while it sends. */
  writable: boolean;
  /** Of a WebSocket. */
  readonly socket?: WebSocket;
  /** Of long polling: the answer that the next packets leave in, if the client waits for one. */
  readonly res?: ServerResponse | null;
  /** Milliseconds within which a polling client must fetch the notice that it was closed. */
  closeTimeout?: number;
  /** Notes why the connection is about to be closed, where the client is to learn it from the close. */
  noteCloseReason?(why: ErrorObject): void;
  /** The text by which a client learns that it is closed at once, past the queue; Socket.IO's own where there is none. */
  finalPacket?(why: ErrorObject): string;
  /** `drain`: what was handed over has left; `ready` makes the connection flush its buffer. */
  emit(event: 'drain' | 'ready'): void;
  /** All that was handed over has left this process. */
  once(event: 'drain', listener: () => void): void;
}
