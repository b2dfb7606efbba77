interface Work {
  /** Milliseconds from the end of one run to the next; asked each time. */
  everyMs(): number;
  run(): Promise<void>;
  /** A run failed. The next one comes all the same. */
  onFault(fault: unknown): void;
}

/** Work in the background, one run after the other, until it is stopped. It keeps no process alive. */
export class RepeatedWork {
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(private readonly work: Work) {}

  get isStopped(): boolean {
    return this.stopped;
  }

  /** @param firstMs until the first run. */
  start(firstMs = this.work.everyMs()): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.runSafely(), firstMs);
    this.timer.unref();
  }

  /** A run that is under way goes on; whether it has to end is its own affair. Its faults are nobody's any more. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async runSafely(): Promise<void> {
    await this.work.run().catch((fault: unknown) => {
      if (!this.stopped) this.work.onFault(fault);
    });
    this.start();
  }
}
