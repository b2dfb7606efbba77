import type { HealthPart } from './rest.js';

/** What a node has counted since it started: the difference of two answers is what happened between them. */
export interface NodeTotals {
  /** Of users, committed by this node. */
  messages: number;
  /** Changes that were handed to sockets of this node. */
  deliveries: number;
  connections: number;
  commands: number;
  requests: number;
  /** Commands and requests that were refused. */
  refusals: number;
  /** Commands and requests that failed by a defect: `internal`. */
  defects: number;
  /** Charges beyond what a budget had. */
  budgetsSpent: number;
  slowConsumers: number;
  /** Times that the events of a conversation had to be completed from the database. */
  gaps: number;
}

/** How values are spread: of each bound those that are at most that and above the one before, and then those above all. */
export interface Distribution {
  bounds: number[];
  counts: number[];
}

/** Milliseconds and bytes of a process. Times are since it started. */
export interface ProcessFigures {
  cpuMs: number;
  /** How long its event loop had something to do, and how long it waited for something to do. */
  busyMs: number;
  idleMs: number;
  heapBytes: number;
  residentBytes: number;
}

/** Connections of all pools of a node. */
export interface DatabaseFigures {
  isUp: boolean;
  /** How long it took to answer just now; null where it did not within half a second. */
  ms: number | null;
  busy: number;
  idle: number;
  /** Who waits for a connection. */
  waiting: number;
}

/** By what a node hears the others: Redis, or the launcher of the workers of one machine. */
export interface LinkFigures {
  part: 'redis' | 'bus';
  isUp: boolean;
  /** How long the last heartbeat was under way; null where none came back. */
  ms: number | null;
  /** Messages that it has not taken yet. */
  unsent: number;
}

/** What one node is at. */
export interface NodeFigures {
  host: string;
  pid: number;
  /** Which of several on its machine. */
  worker: number | null;
  version: string;
  startedAt: string;
  /** In use, by what is spoken on them. */
  sockets: Record<'socketio' | 'websocket' | 'stomp' | 'forum', number>;
  /** Those of Socket.IO that poll. */
  polling: number;
  /** Users who have sockets there. */
  users: number;
  /** Conversations that sockets there follow. */
  conversations: number;
  totals: NodeTotals;
  /** From a send until it is handed to sockets, in seconds, since the node started. */
  deliverySeconds: Distribution;
  process: ProcessFigures;
  database: DatabaseFigures;
  /** Null where there is to be only this node. */
  link: LinkFigures | null;
  /** What it has to do without at present. */
  missing: HealthPart[];
}

/** One of the nodes that the database knows. */
export interface NodeStatus {
  /** Of this run of the node. */
  id: string;
  /** Its last sign of life in the database, every 2.5 seconds. */
  seenAt: string;
  /** Null where it was silent: it did not answer within a second. */
  figures: NodeFigures | null;
}

export interface OperationsStatus {
  at: string;
  /** The oldest first. */
  nodes: NodeStatus[];
}
