import type { Ack, CommandName, Commands } from './commands.js';
import type { ErrorBody } from './error-object.js';
import type { EventName, Events } from './events.js';
import type { SyncAnswer } from './sync.js';

/** What is spoken at `/ws`: JSON texts, each a frame. Names are those of Socket.IO with `.` for `:`. */

type Dotted<Name extends string> = Name extends `${infer Noun}:${infer Verb}` ? `${Noun}.${Verb}` : Name;

/** The type of the frame that gives a command. */
export type CommandType<Name extends CommandName = CommandName> = Dotted<Name>;

/** The type of the frame that carries an event. */
export type EventType<Name extends EventName = EventName> = Name extends 'message:new'
  ? 'message.created'
  : Dotted<Name>;

/** A frame's own id, as its sender chose it: the acknowledgement has the same. */
export type FrameId = string | number;

/** Characters of a frame's id at most, where it is a string. */
export const LONGEST_FRAME_ID = 128;

/** Gives a command. With an `id` it is acknowledged, without one only its failure is answered, by an `ErrorFrame`. */
export type CommandFrame = {
  [Name in CommandName]: { id?: FrameId; type: CommandType<Name>; data: Commands[Name]['payload'] };
}[CommandName];

/** The first frame of a connection that has no token elsewhere, within 5 seconds. */
export interface AuthFrame {
  id?: FrameId;
  type: 'auth';
  data: { token: string };
}

export interface AckFrame {
  id: FrameId;
  ack: Ack<object>;
}

export type EventFrame = { [Name in EventName]: { type: EventType<Name>; data: Events[Name] } }[EventName];

/** Why a frame without an id failed, or why nobody is let in. */
export interface ErrorFrame {
  type: 'error';
  data: ErrorBody;
}

/** What changed beyond `?afterVersion=`, after `ready` and before any later event of the conversation. */
export interface SyncFrame {
  type: 'sync';
  data: SyncAnswer;
}

/** Frames of clients. */
export type ClientFrame = CommandFrame | AuthFrame;

/** Frames of the server. */
export type ServerFrame = AckFrame | EventFrame | ErrorFrame | SyncFrame;

/** The subprotocol to offer, and the beginning of the one that carries a token. */
export const SUBPROTOCOL = 'parley.v1';
export const BEARER_SUBPROTOCOL = 'bearer.';

/** The type of a frame by the name of what it carries. */
export const frameType = (name: CommandName | EventName): string =>
  name === 'message:new' ? 'message.created' : name.replace(':', '.');

/** The name of the event that a frame of this type carries: the other way round. */
export const eventOf = (type: string): EventName =>
  (type === 'message.created' ? 'message:new' : type.replace('.', ':')) as EventName;

/** The name of the command that a frame of this type would give, whether there is one or not; a name itself is no type. */
export const commandOf = (type: string): string => (type.includes(':') ? '' : type.replace('.', ':'));
