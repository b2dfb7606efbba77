import type { ToldContract } from './told-contract.js';

/** Which commands and events a whole run has exercised, and whether all was as the deployment tells. */
export class Coverage {
  /** Commands that were acknowledged as done. */
  readonly commands = new Set<string>();
  /** Events that a socket received. */
  readonly events = new Set<string>();

  constructor(readonly contract: ToldContract) {}
}
