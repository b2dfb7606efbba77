/** The messages between the benchmark's main process and its load generators. */

/** How a connection speaks: to Parley, or STOMP to RabbitMQ. */
export type Language = 'socketio' | 'websocket' | 'stomp' | 'rabbitmq';

/** One member's connection. */
export interface Seat {
  /** Socket.IO where missing. */
  speaks?: Language;
  auth: Record<string, unknown>;
  conversationId: string;
  sends: boolean;
  /** Which of the targets it connects to; at most 10. */
  node: number;
}

export interface Target {
  host: string;
  port: number;
}

export type LoadCommand =
  | { do: 'connect'; targets: Target[]; seats: Seat[] }
  /** Closed loop: every sender keeps so many sends unanswered. */
  | { do: 'saturate'; inFlight: number }
  /** Open loop: so many sends a second, all senders in turn. */
  | { do: 'pace'; perSecond: number }
  /** Stops sending; answered when all is acked and delivered. */
  | { do: 'pause' }
  /** Counts for so long; `watch` names processes whose processor time is read in the same moments. */
  | { do: 'measure'; seconds: number; watch: WatchedProcesses | null };

export interface WatchedProcesses {
  servers: number[];
  /** A Postgres server: counted with its children. */
  database: number | null;
  redis: number | null;
}

export interface LoadFigures {
  seconds: number;
  /** `process.hrtime` at both ends, in microseconds: the clock of V8's profiles too. */
  from: number;
  to: number;
  acked: number;
  refused: number;
  deliveries: number;
  /** Of the frames counted in `deliveries`, without WebSocket headers. */
  deliveredBytes: number;
  /** A latency histogram's counts, from send to delivery, one for each delivery. */
  latencies: number[];
  /** The same, only of deliveries to another node than the sender's. */
  crossLatencies: number[];
  /** Seconds of processor time. */
  generatorCpu: number;
  serverCpu: number;
  databaseCpu: number;
  redisCpu: number;
  /** Of all servers together, in bytes. */
  serverMemory: number;
  /** The first few refusals, as they came. */
  refusals: string[];
}

export type LoadAnswer = { figures: LoadFigures | null } | { failed: string };
