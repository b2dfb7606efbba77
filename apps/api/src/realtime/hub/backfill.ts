import type { StreamEvent, VersionRange } from './stream-events.js';

/** Versions read for one stream at once; the rest takes another read. */
const MOST_OF_ONE = 100;
/** Versions read at once for all of them together. */
const MOST_AT_ONCE = 500;

type Read = (ranges: readonly VersionRange[]) => Promise<ReadonlyMap<string, StreamEvent[]>>;

interface Waiting extends VersionRange {
  resolve: (events: StreamEvent[]) => void;
  reject: (fault: unknown) => void;
}

/**
 * Reads the gaps of many streams together: while Redis is away every busy conversation has one at each reconciliation,
 * and a read for each would be as many queries.
 */
export class Backfill {
  private readonly waiting: Waiting[] = [];
  private scheduled = false;

  constructor(private readonly read: Read) {}

  /** The events after `after`, in order and without a gap: all up to `upTo`, or as many as fit. */
  events(range: VersionRange): Promise<StreamEvent[]> {
    const { promise, resolve, reject } = Promise.withResolvers<StreamEvent[]>();
    const upTo = Math.min(range.upTo, range.after + MOST_OF_ONE);
    this.waiting.push({ ...range, upTo, resolve, reject });
    this.schedule();
    return promise;
  }

  /** One read at a time: what comes meanwhile shares the next one. */
  private schedule(): void {
    if (this.scheduled || this.waiting.length === 0) return;
    this.scheduled = true;
    setImmediate(() => {
      void this.readSome(this.take()).finally(() => {
        this.scheduled = false;
        this.schedule();
      });
    });
  }

  private take(): Waiting[] {
    let versions = 0;
    const count = this.waiting.findIndex(({ after, upTo }) => {
      versions += upTo - after;
      return versions > MOST_AT_ONCE;
    });
    return this.waiting.splice(0, count === -1 ? this.waiting.length : Math.max(1, count));
  }

  private async readSome(some: readonly Waiting[]): Promise<void> {
    try {
      const found = await this.read(some.map(({ conversationId, after, upTo }) => ({ conversationId, after, upTo })));
      for (const { conversationId, resolve } of some) resolve(found.get(conversationId) ?? []);
    } catch (fault) {
      const [only] = some;
      if (some.length === 1) only?.reject(fault);
      // One that cannot be read must not keep the others waiting.
      else for (const each of some) await this.readSome([each]);
    }
  }
}
