import type { DocumentedContract } from './documented-contract.js';

/** Which commands and events a whole run has exercised, and whether all was as the deployment tells. */
export class Coverage {
  /** Commands that were acknowledged as done. */
  readonly commands = new Set<string>();
  /** Events that a socket received. */
  readonly events = new Set<string>();

  constructor(readonly contract: DocumentedContract) {}
}
