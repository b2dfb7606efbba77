import type { CallEvent, FailEvent, HistoryEvent, InfoEvent, OkEvent } from '../history/history-event.js';
import type { FinalState } from './final-state.js';
import type { Memberships } from './memberships.js';
import type { Sends } from './sends.js';
import type { Versions } from './versions.js';

export type Answer = OkEvent | InfoEvent | FailEvent;

/** What is known when all has been read. */
export interface World {
  final: FinalState;
  sends: Sends;
  memberships: Memberships;
  versions: Versions;
}

/** One property of a history. It is shown every event in order of time, keeps what it needs of it, and concludes. */
export interface Check {
  see?(event: HistoryEvent): void;
  /** A call with its answer, when that came. */
  answered?(call: CallEvent, answer: Answer): void;
  conclude?(world: World): void;
}
