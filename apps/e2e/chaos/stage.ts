import { setTimeout as sleep } from 'node:timers/promises';
import { type Fleet, monotonicSeconds, type Recorder, type Transport, type Workload } from '@parley/testkit';
import { Random } from '../fuzz/random.js';

/** When trouble was made and when it was over, in seconds of the history. */
export interface Window {
  fault: string;
  from: number;
  to: number;
}

/** Processes that end by it, and what else is worth knowing of it. */
export interface FaultFacts {
  pids?: number[];
  argument?: string;
}

/** A figure that the row adds to the report: `cross-node delay while down: 612 ms at most`. */
export interface Figure {
  what: string;
  value: string;
}

export interface StageParts {
  fleet: Fleet;
  workload: Workload;
  /** Takes the faults. */
  history: Recorder;
  seed: number;
  transports: readonly Transport[];
  say: (line: string) => void;
}

/** What a row works with: a fleet under a workload, and a recorder for the faults. */
export class Stage {
  readonly windows: Window[] = [];
  readonly figures: Figure[] = [];
  /** What did not hold, in sentences. */
  readonly failures: string[] = [];
  readonly random: Random;

  constructor(private readonly parts: StageParts) {
    this.random = new Random(`chaos ${parts.seed}`);
  }

  get fleet(): Fleet {
    return this.parts.fleet;
  }

  get workload(): Workload {
    return this.parts.workload;
  }

  /** Those of the clients that the row connects itself, in turn. */
  get transports(): readonly Transport[] {
    return this.parts.transports;
  }

  /** Prints a line for whoever watches the run. */
  say(line: string): void {
    this.parts.say(line);
  }

  /** Lets everything run for so long: for what a fault needs to have its effect. */
  readonly pass = async (seconds: number): Promise<void> => {
    await sleep(seconds * 1_000);
  };

  /**
   * Trouble, from the beginning of `make` to its end. `pids` are those of the processes that end by it: any other end
   * of a process is a failure.
   */
  async fault<T>(fault: string, facts: FaultFacts, make: () => Promise<T>): Promise<T> {
    const from = monotonicSeconds();
    this.say(`${fault} …`);
    this.parts.history.record({ type: 'fault', phase: 'start', fault, ...facts });
    try {
      return await make();
    } finally {
      this.parts.history.record({ type: 'fault', phase: 'stop', fault });
      this.windows.push({ fault, from, to: monotonicSeconds() });
    }
  }

  /** What has to hold beyond the invariants; where it does not, the row fails with this sentence. */
  must(holds: boolean, sentence: string): void {
    if (!holds) this.failures.push(sentence);
  }

  figure(what: string, value: string): void {
    this.figures.push({ what, value });
  }
}
