import { LIMITS } from '@parley/protocol';

/** Nothing is known of a new line: at 10 KB a second this takes as long as a client waits for one frame at most. */
const FIRST_BYTES = 65_536;
const FEWEST_BYTES = 16_384;
/** So long an answer may take on the line that it is for. */
const SECONDS = 3;

/**
 * How large the next answer to each asker may be. A line that brings little in a second is given small answers: one
 * large frame would keep pings from the client for longer than it waits for them. How fast a line is shows when the
 * next question comes for an answer that had more behind it.
 */
export class AnswerSizes {
  private readonly known = new WeakMap<object, { bytes: number; answeredAt: number }>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** In bytes, never more than the protocol's limit. */
  next(asker: object): number {
    const known = this.known.get(asker);
    const seconds = known && Math.max((this.now() - known.answeredAt) / 1_000, 0.001);
    const wanted = known && seconds ? Math.max((known.bytes / seconds) * SECONDS, FEWEST_BYTES) : FIRST_BYTES;
    return Math.min(Math.floor(wanted), LIMITS.answerBytes);
  }

  /** An answer of about so many bytes leaves. Nobody asks at once for what comes after the last one. */
  answered(asker: object, { bytes, hasMore }: { bytes: number; hasMore: boolean }): void {
    if (hasMore) this.known.set(asker, { bytes, answeredAt: this.now() });
  }
}
