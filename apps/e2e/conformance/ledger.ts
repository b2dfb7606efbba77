/** What a whole run has made use of. */
export class Ledger {
  /** Commands that were obeyed. */
  readonly commands = new Set<string>();
  /** Events that were heard. */
  readonly events = new Set<string>();
}
