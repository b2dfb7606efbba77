/**
 * What one run left behind, as plain data: one line of JSON each. `t` is in seconds of the machine's monotonic clock,
 * one for all its processes, so that real-time order is known without skew. `p` names the process, `i` counts its lines
 * from 1.
 */
interface Line {
  i: number;
  t: number;
  p: string;
}

/** The first line of each file. */
export interface HistoryHeader {
  history: 1;
  run: string;
  seed: number;
  /** The commit that was run; empty where it is not known. */
  git: string;
  nodes: number;
  faults: string;
}

/** `resume`: catches up by itself. `sdk`: our client. `raw`: only logs frames. `rest`: has no socket. */
export type DeviceLogic = 'resume' | 'sdk' | 'raw' | 'rest';

/** Recorded once, before any other event of that device. */
interface DeviceEvent extends Line {
  type: 'device';
  device: string;
  user: string;
  logic: DeviceLogic;
  /** Where it is connected to one node directly. */
  node?: string;
}

/** A conversation as it began, at version 1. */
interface CreatedEvent extends Line {
  type: 'created';
  conversation: string;
  members: string[];
}

type CommandWord = 'send' | 'edit' | 'delete' | 'react' | 'read' | 'page' | 'unread' | 'add' | 'remove' | 'sync';

/** A command or request was sent. */
export interface CallEvent extends Line {
  type: 'call';
  device: string;
  user: string;
  command: CommandWord;
  conversation?: string;
  clientMessageId?: string;
  /** Of the text that is sent, or that a message is changed to. */
  hash?: string;
  /** The message to change. */
  id?: string;
  /** The mark to set. */
  seq?: number;
  /** Of a page: only what follows this seq; without it the newest. */
  after?: number;
  /** Whose membership changes. */
  target?: string;
}

/** It was answered with success. `ref` is the `i` of the call, in the same process. */
export interface OkEvent extends Line {
  type: 'ok';
  ref: number;
  id?: string;
  seq?: number;
  version?: number;
  duplicate?: boolean;
  /** Of a page: its last seq; 0 where it is empty. */
  last?: number;
  hasMore?: boolean;
  unreadCount?: number;
  lastReadSeq?: number;
}

/** No answer, or one that leaves it open: it may have happened or not, and may yet happen. */
export interface InfoEvent extends Line {
  type: 'info';
  ref: number;
  why: string;
}

/** A final refusal: it did not happen. */
export interface FailEvent extends Line {
  type: 'fail';
  ref: number;
  code: string;
}

/** A message in an event or a row: `hash` is that of its text as of `version`. */
export interface MessageFacts {
  seq: number;
  id: string;
  sender: string;
  clientMessageId: string;
  hash: string;
  version: number;
  isSystem?: true;
}

/** A durable event of a conversation as it came out of a socket. */
export interface HeardEvent extends Line {
  type: 'heard';
  device: string;
  /** Counts the device's connections from 1. */
  connection: number;
  conversation: string;
  version: number;
  /** The event's name. */
  kind: string;
  message?: MessageFacts;
  /** Whom a change of members is about. */
  users?: string[];
  /** Also applied, at once. */
  applied?: true;
}

/** A durable event that the device applied later than it came: kept back until its turn. */
interface AppliedEvent extends Line {
  type: 'applied';
  device: string;
  conversation: string;
  version: number;
  message?: MessageFacts;
}

/** A row that came with an answer to `sync`. */
interface RowEvent extends Line {
  type: 'row';
  device: string;
  conversation: string;
  message: MessageFacts;
}

/** A device's cursor of one conversation moved otherwise than by the next event. */
export interface MovedEvent extends Line {
  type: 'moved';
  device: string;
  conversation: string;
  from: number;
  to: number;
  /**
   * `start`: not in the store before. `event`: where events themselves are not logged as applied. `end`: no longer a
   * member.
   */
  by: 'start' | 'event' | 'sync' | 'reset' | 'end';
  /** With `start`, `sync` and `reset`: the conversation's last seq as of then. */
  lastSeq?: number;
}

/** A socket opened, became ready, ended, caught up, or met a hole or a repeat. */
export interface LinkEvent extends Line {
  type: 'link';
  what: 'opened' | 'ready' | 'lost' | 'resumed' | 'hole' | 'repeat';
  device: string;
  connection: number;
  why?: string;
  conversation?: string;
}

/**
 * One probe from a node to a node. `t` is when it arrived, `sent` when it was first sent; `ms` null: it never arrived.
 */
export interface ProbeEvent extends Line {
  type: 'probe';
  from: string;
  to: string;
  sent: number;
  ms: number | null;
}

/** Trouble that was made on purpose, or its end. */
export interface FaultEvent extends Line {
  type: 'fault';
  phase: 'start' | 'stop';
  fault: string;
  /** Processes that are expected to end by it. */
  pids?: number[];
  argument?: string;
}

interface ProcessEvent extends Line {
  type: 'process';
  phase: 'started' | 'ended';
  name: string;
  pid: number;
  code?: number | null;
  /** Whether it was ended on purpose. */
  planned?: boolean;
  signal?: string | null;
}

/** Memory, descriptors and connections of a process at one moment. */
export interface SampleEvent extends Line {
  type: 'sample';
  name: string;
  pid: number;
  /** Bytes of resident memory. */
  rss: number;
  /** Open file descriptors. */
  descriptors?: number;
  /** Milliseconds that its event loop was late at most since the last sample. */
  lagMs?: number;
  /** Connections of its database pool that are in use or waited for. */
  pool?: number;
}

/** A line of a process's log that reports a defect. */
interface LogEvent extends Line {
  type: 'log';
  name: string;
  line: string;
}

export interface FinalRow extends MessageFacts {
  isDeleted: boolean;
  /** ISO-8601 UTC. */
  createdAt: string;
}

/** A part of a conversation's history as one node answers it in the end, ascending by `seq`. */
export interface FinalRowsEvent extends Line {
  type: 'final-rows';
  node: string;
  conversation: string;
  rows: FinalRow[];
}

/** The rest of a conversation as one node answers it in the end, after all of its rows. */
export interface FinalConversationEvent extends Line {
  type: 'final-conversation';
  node: string;
  conversation: string;
  lastSeq: number;
  version: number;
  members: string[];
}

/** How one person finds their list in the end, through one node. */
export interface FinalUserEvent extends Line {
  type: 'final-user';
  node: string;
  user: string;
  conversations: { conversation: string; lastSeq: number; version: number; lastReadSeq: number; unreadCount: number }[];
  /** As `GET messages/unread` counts. */
  unread: Record<string, number>;
}

export type HistoryEvent =
  | DeviceEvent
  | CreatedEvent
  | CallEvent
  | OkEvent
  | InfoEvent
  | FailEvent
  | HeardEvent
  | AppliedEvent
  | RowEvent
  | MovedEvent
  | LinkEvent
  | ProbeEvent
  | FaultEvent
  | ProcessEvent
  | SampleEvent
  | LogEvent
  | FinalRowsEvent
  | FinalConversationEvent
  | FinalUserEvent;

type Unstamped<Event> = Event extends Line ? Omit<Event, keyof Line> : never;

/** An event before the recorder has given it its place and time. */
export type NewEvent = Unstamped<HistoryEvent>;
