import type { HistoryEvent } from '../history/history-event.js';

/** What has to hold in every run, whatever dies. */
export const INVARIANTS = {
  I1: 'no acknowledged message is lost or altered',
  I2: 'nothing is there twice, or without having been sent',
  I3: 'seq without gaps, in real-time order, the same on every node',
  I4: 'each member gets exactly the changes it may see, once and in order',
  I5: 'unread is exact',
  I6: 'memory and descriptors are bounded',
  I7: 'recovery within its time',
  I8: 'nothing is delivered outside membership',
  I9: 'no unplanned exit, no unhandled fault',
} as const;

export type Invariant = keyof typeof INVARIANTS;

/** Each way to break an invariant. */
export const VIOLATIONS = {
  /** An acknowledged send or change is not there in the end. */
  lost: 'I1',
  /** It is there under another id, seq or text. */
  altered: 'I1',
  /** It was delivered as stored and is not there in the end. */
  vanished: 'I1',
  /** Two rows of one clientMessageId, or two sends that were both answered as the first. */
  duplicate: 'I2',
  /** Two acknowledgements of one send that differ. */
  'ack-divergence': 'I2',
  /** A row without a send. */
  phantom: 'I2',
  /** A row of a send that was refused for good. */
  'failed-but-present': 'I2',
  /** The seqs of the rows are not 1 to N, or lists have another N. */
  'seq-gap': 'I3',
  /** Two nodes answer two histories. */
  disagreement: 'I3',
  /** A send that began after another was acknowledged has the smaller seq. */
  'order-inversion': 'I3',
  /** createdAt goes back along seq. */
  'time-inversion': 'I3',
  /** A page without what was acknowledged, or read, before it was called for. */
  'stale-read': 'I3',
  /** A version or seq was passed over. */
  gap: 'I4',
  /** Applied again. */
  'dup-applied': 'I4',
  /** Applied after what follows it. */
  reorder: 'I4',
  /** Two events or rows of the same version differ. */
  'wrong-content': 'I4',
  /** In the end something had not arrived. */
  incomplete: 'I4',
  /** On one connection, after what follows it. */
  'wire-reorder': 'I4',
  /** On one connection, twice. */
  'wire-repeat': 'I4',
  /** A count that is not that of the rows, or a mark that went back. */
  unread: 'I5',
  'memory-slope': 'I6',
  'memory-bound': 'I6',
  /** More open files in the end than in the beginning. */
  descriptors: 'I6',
  /** More busy database connections in the end than in the beginning. */
  pool: 'I6',
  recovery: 'I7',
  /** Received or read by a user who was not a member. */
  leak: 'I8',
  exit: 'I9',
  'fault-logged': 'I9',
} as const satisfies Record<string, Invariant>;

export type ViolationName = keyof typeof VIOLATIONS;

export interface Violation {
  name: ViolationName;
  invariant: Invariant;
  /** A sentence with the facts. */
  what: string;
  /** The two or three lines of the history that show it. */
  witness: HistoryEvent[];
  /** The faults that were active at the last of them. */
  faults: string[];
}
