/** Which commands and events a whole run has exercised. */
export class Coverage {
  /** Commands that were acknowledged as done. */
  readonly commands = new Set<string>();
  /** Events that were heard. */
  readonly events = new Set<string>();
}
