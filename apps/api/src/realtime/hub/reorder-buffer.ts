import type { StreamEvent } from './stream-events.js';

/** Of one stream; the rest is read again from the database. */
const MOST = { events: 1_000, characters: 1024 * 1024 };
/** Of all streams of a node. */
const MOST_OF_ALL = 64 * 1024 * 1024;

/** How many characters the streams of a node keep together. */
export class ReorderBudget {
  size = 0;
}

/** Events that came before those they follow, bounded in number and size: what has no room is dropped. */
export class ReorderBuffer {
  private readonly kept = new Map<number, { event: StreamEvent; size: number }>();
  private size = 0;

  constructor(private readonly budget: ReorderBudget) {}

  has(version: number): boolean {
    return this.kept.has(version);
  }

  get(version: number): StreamEvent | null {
    return this.kept.get(version)?.event ?? null;
  }

  /** @param size in characters as it travelled; 0 where it was made here. */
  keep(event: StreamEvent, size: number): void {
    const { events, characters } = MOST;
    if (this.kept.has(event.version) || this.kept.size >= events) return;
    if (this.size + size > characters || this.budget.size + size > MOST_OF_ALL) return;
    this.put(event, size);
  }

  /** Keeps what was read to be delivered next, whatever room there is. */
  keepRead(events: readonly StreamEvent[]): void {
    for (const event of events) if (!this.kept.has(event.version)) this.put(event, 0);
  }

  delete(version: number): void {
    const size = this.kept.get(version)?.size ?? 0;
    this.kept.delete(version);
    this.size -= size;
    this.budget.size -= size;
  }

  deleteUpTo(version: number): void {
    for (const each of this.kept.keys()) if (each <= version) this.delete(each);
  }

  deleteAfter(version: number): void {
    for (const each of this.kept.keys()) if (each > version) this.delete(each);
  }

  clear(): void {
    this.deleteUpTo(Number.POSITIVE_INFINITY);
  }

  private put(event: StreamEvent, size: number): void {
    this.kept.set(event.version, { event, size });
    this.size += size;
    this.budget.size += size;
  }
}
