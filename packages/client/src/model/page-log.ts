import { type RowChange, withoutExcerpt } from './row.js';

/** Changes remembered; a page that outlasts more of them is not to be trusted. */
const LIMIT = 5_000;

/**
 * What happened to messages while pages were under way. A page is a picture of some moment after it was asked for; what
 * was told since then is applied to what arrives, however the two overtook each other.
 */
export class PageLog {
  private underWay = 0;
  private noted = 0;
  private readonly changes = new Map<number, RowChange[]>();
  private readonly gone = new Set<number>();

  open(): void {
    this.underWay += 1;
  }

  /** Returns what to do with a row that arrived; null where too much has happened to know. */
  close(): RowChange | null {
    const settle = this.settle();
    this.underWay -= 1;
    if (this.underWay === 0) {
      this.noted = 0;
      this.changes.clear();
      this.gone.clear();
    }
    return settle;
  }

  note(seq: number, change: RowChange): void {
    if (!this.takes()) return;
    const noted = this.changes.get(seq);
    if (noted) noted.push(change);
    else this.changes.set(seq, [change]);
  }

  noteDeletion(seq: number): void {
    if (this.takes()) this.gone.add(seq);
  }

  private takes(): boolean {
    if (this.underWay === 0) return false;
    this.noted += 1;
    return this.noted <= LIMIT;
  }

  private settle(): RowChange | null {
    if (this.noted > LIMIT) return null;
    const changes = new Map(this.changes);
    const gone = new Set(this.gone);
    return (row) => {
      const settled = (changes.get(row.message.seq) ?? []).reduce((present, change) => change(present), row);
      const { replyTo } = settled.message;
      return replyTo && gone.has(replyTo.seq) ? withoutExcerpt(settled) : settled;
    };
  }
}
