import type { SpanContext } from '@opentelemetry/api';
import type { ErrorCode } from '@parley/protocol';

/** What of a send may be told: nothing that somebody wrote, and no token. */
export interface SendFacts {
  transport: string;
  userId: string;
  /** Of a request; a command has one only where it is refused. */
  requestId?: string;
}

/** What became of it; nothing where it was accepted. */
export interface SendRefusal {
  code: ErrorCode;
  requestId: string;
}

/** One send whose way is noted, as spans of OpenTelemetry: at each step the one before ends. */
export interface SendTrace {
  readonly context: SpanContext;
  /** Runs this as a part of the send: `SendTraces.current` is this trace in it. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** It was checked, and waits to be written. */
  queued(message: { id: string; conversationId: string }): void;
  /** The transaction of this batch begins. */
  writing(batch: SpanContext): void;
  /** That is over; whoever could not be written may wait again. */
  written(): void;
  /** It is handed to the streams of this node and to the bus. Returns what each of them names as its parent. */
  publishing(): string;
  published(): void;
  answered(refusal?: SendRefusal): void;
}

/** Notes the ways of sends from their socket to the last one that gets them. There is one where traces are on. */
export interface SendTraces {
  /** Null: the sampler leaves this one out. */
  begin(facts: SendFacts): SendTrace | null;
  /** That of the send that is being checked. */
  readonly current: SendTrace | undefined;
  /** Those of a batch that are traced are written together. Call what it returns when they are. */
  writing(sends: readonly SendTrace[], messages: number): () => void;
  /**
   * A message is handed to the sockets of this node. Call what it returns once they have it.
   * @param parent what `publishing` returned, on whatever node
   */
  delivering(parent: string, facts: { conversationId: string; sockets: number }): () => void;
  /** Hands over what waits, unless that takes too long. */
  close(): Promise<void>;
}

/** The `SendTraces` of this node, or null where none are made. */
export const TRACES = Symbol('traces');

/** A version 00 of `traceparent` (W3C Trace Context) that is sampled, as it goes between nodes. */
export const TRACE_PARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/;
