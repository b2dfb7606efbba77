import type {
  CallEvent,
  FailEvent,
  FinalConversationEvent,
  FinalRow,
  FinalUserEvent,
  HistoryEvent,
  InfoEvent,
  OkEvent,
} from '../history/history-event.js';

export type Answer = OkEvent | InfoEvent | FailEvent;

/** One property of a history. It is shown every event in order of time, keeps what it needs of it, and concludes. */
export interface Check {
  see?(event: HistoryEvent): void;
  /** A call with its answer, when that came. */
  answered?(call: CallEvent, answer: Answer): void;
  conclude?(world: World): void;
}

/** The history as a whole, once all of it is read. */
export interface World {
  final: FinalFacts;
  sends: SendFacts;
  memberships: MembershipFacts;
  versions: VersionFacts;
}

/** A conversation as the first node answered it: `rows[seq - 1]`. */
export interface FinalConversation {
  rows: FinalRow[];
  /** How many of the rows up to and with a seq are not `system`. */
  counted: number[];
  end: FinalConversationEvent | null;
}

export interface FinalFacts {
  readonly conversations: ReadonlyMap<string, FinalConversation>;
  readonly users: readonly FinalUserEvent[];
  /** How many messages with a seq beyond `from` and up to `to` count as unread. */
  countBetween(conversation: string, from: number, to: number): number;
}

/** All attempts at one message: they share sender, conversation and clientMessageId. */
export interface LogicalSend {
  first: CallEvent;
  /** The first success. */
  ok: OkEvent | null;
  /** The success that was answered as the original. */
  original: OkEvent | null;
  attempts: number;
  refusals: number;
  successes: number;
}

export interface SendFacts {
  all(): Iterable<LogicalSend>;
  find(sender: string, conversation: string, clientMessageId: string): LogicalSend | undefined;
}

export interface MembershipFacts {
  /**
   * Whether the user's membership changed, or a change of it was called for: it may have happened without an answer.
   */
  mayHaveMoved(conversation: string, user: string): boolean;
}

export interface VersionFacts {
  /** Whether a connection received each version beyond `from` and up to `to`. */
  areKnown(conversation: string, from: number, to: number): boolean;
}
