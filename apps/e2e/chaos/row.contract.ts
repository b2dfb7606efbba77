import type { CheckOptions, FleetOptions, Report, WorkloadShape } from '@parley/testkit';
import type { Stage } from './stage.js';

/** One line of the matrix of faults. */
export interface Row {
  /** `F8`. */
  id: string;
  /** What dies, in a few words. */
  title: string;
  nodes: 1 | 2 | 3;
  /** More about the fleet: settings of its nodes, for example. */
  fleet?: Omit<FleetOptions, 'nodes'>;
  /** The shape of the workload that runs meanwhile; missing values are the workload's defaults. */
  workload?: Partial<WorkloadShape>;
  /** What the checker is to insist on beyond the invariants. */
  check?: CheckOptions;
  /**
   * Causes the fault and ends it again, while the workload runs. What it throws fails the row; what has to hold beyond
   * the invariants it passes to `stage.must`.
   */
  run(stage: Stage): Promise<void>;
  /** Reads the checker's report, for what can be decided only in the end. */
  judge?(stage: Stage, report: Report): void;
}
