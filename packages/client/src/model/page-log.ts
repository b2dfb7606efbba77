import type { RowChange } from './row.js';

/** Changes remembered; a page that outlasts more of them is not to be trusted. */
const LIMIT = 5_000;

/**
 * What happened to messages while pages were under way. A page is a picture of some moment after its request; events
 * since then are applied to it, however the two overtook each other.
 */
export class PageLog {
  #underWay = 0;
  #changes: RowChange[] = [];

  open(): void {
    this.#underWay += 1;
  }

  /** Returns what to do with a row that arrived; null where too much has happened to know. */
  close(): RowChange | null {
    const changes = this.#changes;
    this.#underWay -= 1;
    if (this.#underWay === 0) this.#changes = [];
    return changes.length > LIMIT ? null : (row) => changes.reduce((present, change) => change(present), row);
  }

  /** A change of whichever rows it concerns; the others it leaves as they are. */
  note(change: RowChange): void {
    if (this.#underWay > 0 && this.#changes.length <= LIMIT) this.#changes.push(change);
  }
}
