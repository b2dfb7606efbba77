import type { Logger } from 'pino';
import type { Availability } from './availability.js';
import { isUnfit, wordsOf } from './faults.js';

const TRY_EVERY_MS = 1_000;

/** Whether the embedded database can be written to: it is always there, but its disk may be full. */
export class EmbeddedState implements Availability {
  private readonly listeners = new Set<(isUp: boolean) => void>();
  private up = true;
  private trying = false;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly log: Logger,
    /** Rejects where nothing can be written. */
    private readonly tryWriting: () => Promise<void>,
  ) {}

  get isUp(): boolean {
    return this.up;
  }

  onChange(listener: (isUp: boolean) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** To be told of every fault of a statement: one that speaks of the database's state is looked into at once. */
  note(fault: unknown): void {
    if (isUnfit(fault) && !this.trying) void this.look();
  }

  close(): void {
    if (this.timer) clearTimeout(this.timer);
  }

  private async look(): Promise<void> {
    this.trying = true;
    const fault = await this.tryWriting().then(
      () => null,
      (reason: unknown) => reason,
    );
    this.trying = fault !== null;
    if (fault) this.timer = setTimeout(() => void this.look(), TRY_EVERY_MS).unref();
    this.turn(fault === null, fault);
  }

  private turn(isUp: boolean, fault: unknown): void {
    if (this.up === isUp) return;
    this.up = isUp;
    if (isUp) this.log.info('the database is back');
    else
      this.log.error(
        { reason: wordsOf(fault) },
        'the database cannot be written to: what needs it is refused until it can',
      );
    for (const listener of this.listeners) listener(isUp);
  }
}
