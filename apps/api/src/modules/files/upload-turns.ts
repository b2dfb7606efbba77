/** How long all uploads together may be read, before whatever else waits has its turn. */
const TURN_MS = 1;
/** Of those that wait, so many go on in one turn: each reads once at least. */
const AT_ONCE = 3;

/**
 * Bounds how much of all uploads is read in one turn of the event loop, since messages wait for its end: a line that is quick
 * enough has megabytes for each.
 */
class UploadTurns {
  private beganAt: number | null = null;
  private readonly waiting: (() => void)[] = [];

  /** Asked after each read: whether there is time for another one in this turn; if not, `onNext` tells when to go on. */
  hasTime(): boolean {
    if (this.beganAt === null) this.begin();
    return this.waiting.length === 0 && performance.now() - (this.beganAt ?? 0) < TURN_MS;
  }

  /** Calls once, in order. */
  onNext(goOn: () => void): void {
    this.waiting.push(goOn);
  }

  private begin(): void {
    this.beganAt = performance.now();
    setImmediate(() => this.next());
  }

  private next(): void {
    this.beganAt = null;
    const chosen = this.waiting.splice(0, AT_ONCE);
    if (chosen.length > 0) this.begin();
    for (const goOn of chosen) goOn();
  }
}

/** Of this node. */
export const uploadTurns = new UploadTurns();
