import { setTimeout as sleep } from 'node:timers/promises';

const AT_ONCE = 16;
/** One whose answer got lost holds up the others for so long and no longer; a slow machine may take most of it. */
const TIMEOUT_MS = 1_500;

/** Keeps so many operations under way: enough to run into each other, few enough for devices to see what others did. */
export class Pace {
  private readonly underWay = new Set<Promise<void>>();

  /** Resolves when the next one may begin. */
  async turn(): Promise<void> {
    while (this.underWay.size >= AT_ONCE) await Promise.race(this.underWay);
    // Frames that have come meanwhile are handled first.
    await new Promise((resolve) => setImmediate(resolve));
  }

  track(operation: Promise<unknown>): void {
    const ends = Promise.race([operation, sleep(TIMEOUT_MS)]).then(
      () => undefined,
      () => undefined,
    );
    const tracked = ends.finally(() => this.underWay.delete(tracked));
    this.underWay.add(tracked);
  }

  async end(): Promise<void> {
    await Promise.all(this.underWay);
  }
}
