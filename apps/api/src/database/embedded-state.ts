import { type Availability, AvailabilityState } from './availability.js';
import type { DatabaseReporter } from './database-reporter.js';
import { isConnectionFault, isUnfit, wordsOf } from './faults.js';

const TRY_EVERY_MS = 1_000;

/** Whether the embedded database can be written to: it is always there, but its disk may be full. */
export class EmbeddedState implements Availability {
  private readonly availability: AvailabilityState;
  private trying = false;
  private isClosed = false;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly reporter: DatabaseReporter,
    /** Rejects where nothing can be written. */
    private readonly tryWriting: () => Promise<void>,
  ) {
    this.availability = new AvailabilityState(reporter);
  }

  get isUp(): boolean {
    return this.availability.isUp;
  }

  onChange(listener: (isUp: boolean) => void): () => void {
    return this.availability.onChange(listener);
  }

  /** Takes every fault of a statement; one about the database's state is looked into at once. */
  note(fault: unknown): void {
    if ((isUnfit(fault) || isConnectionFault(fault)) && !this.trying && !this.isClosed) void this.look();
  }

  /** From now on nothing is tried: that would open the directory, which may be another process's by then. */
  close(): void {
    this.isClosed = true;
    if (this.timer) clearTimeout(this.timer);
  }

  private async look(): Promise<void> {
    this.trying = true;
    const fault = await this.tryWriting().then(
      () => null,
      (reason: unknown) => reason,
    );
    this.trying = fault !== null;
    if (fault && !this.isClosed) this.timer = setTimeout(() => void this.look(), TRY_EVERY_MS).unref();
    this.availability.set(fault === null, () => this.reporter.databaseNotWritable(wordsOf(fault)));
  }
}
