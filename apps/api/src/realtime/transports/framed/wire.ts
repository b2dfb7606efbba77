import type { CommandName, ErrorObject } from '@parley/protocol';
import type { ParleyError } from '../../../kernel/errors.js';
import type { Credential } from '../../connections/engine-connection.js';
import type { Answer } from './answer.js';
import type { Frame, OutgoingEvent } from './outgoing-event.js';

/**
 * What is spoken on one connection: how frames are read and written, and how things are named in them. All else is the
 * same for every transport, and is not asked of it.
 */
export interface Wire {
  /** The line may be used. */
  begin?(): void;
  /** A text message came; how frames lie in messages is the wire's own affair. */
  receive(text: string): void;
  /** A binary message came. */
  receiveBinary(data: Buffer): void;
  /** What the connection is sent of an event, in the order of events; nothing, where it does not get it. */
  event(event: OutgoingEvent): readonly Frame[];
  /** Who is there is known and let in; `ready` follows as an event. */
  connected(): readonly Frame[];
  /** Nobody is let in. The connection is closed behind it, with the code of the error. */
  refused(error: ErrorObject): readonly Frame[];
  /** The connection is over. */
  closed(): void;
}

/** Returns what is sent of the acknowledgement, in its place among the events. */
export type OnAnswer = (answer: Answer) => readonly Frame[];

/** A connection as its wire uses it. */
export interface Line {
  /** Says who is there: all credentials that were given, of which only one may be. Once; `connected` or `refused` follows. */
  connect(credentials: readonly Credential[]): void;
  /**
   * Runs a command, whatever its name. `onAnswer` is called exactly once, unless the connection ends before. Commands that
   * are given before `connected` wait for it.
   */
  run(name: string, payload: unknown, onAnswer: OnAnswer): void;
  isCommand(name: string): name is CommandName;
  /** Has a frame that cannot be read refused like a command; after ten of them the connection ends. */
  refuse(why: ParleyError, onAnswer: OnAnswer): void;
  /** Charges a frame that is no command; why it is refused, or null. */
  chargeFrame(): ParleyError | null;
  /** Whether the connection gets what happens in this conversation; known once it is `ready`. */
  follows(conversationId: string): boolean;
  /** Behind all that was sent before. */
  send(frame: Frame): void;
  /** Calls back once the client has received all that it was sent before. */
  afterRead(then: () => void): void;
  /** Ends the connection: who was let in is told by `server:closing`, who was not by `refused`. */
  end(why: ParleyError): void;
  /** Ends it in order, as the client wants, once all that was sent before has left. */
  leave(): void;
}
