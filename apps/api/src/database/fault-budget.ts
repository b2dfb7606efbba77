import { asParleyError } from '../kernel/errors.js';

/** A batch of 500 with a tenth of its rows at fault takes about so many. */
const MOST_FAULTS = 256;

/**
 * Whether a batch that failed should be split, so that a row at fault fails alone, whatever its SQLSTATE: a trigger or
 * damage can raise any. Where everything fails, splitting ends after a bounded number of attempts.
 */
export class FaultBudget {
  private left = MOST_FAULTS;

  /** Not where the database as a whole is the reason; whatever else it is may be of one row. */
  mayBeOfOneRow(fault: unknown): boolean {
    this.left -= 1;
    return this.left >= 0 && asParleyError(fault).code === 'internal';
  }
}
