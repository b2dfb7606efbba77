import type { DatabaseReporter } from './database-reporter.js';

/** Whether the database can be used just now. */
export interface Availability {
  readonly isUp: boolean;
  /** Calls the listener whenever that changes. Returns a function that ends this. */
  onChange(listener: (isUp: boolean) => void): () => void;
}

/** What one engine has found out about its database. */
export class AvailabilityState implements Availability {
  private readonly listeners = new Set<(isUp: boolean) => void>();
  private up = true;

  constructor(private readonly reporter: Pick<DatabaseReporter, 'databaseBack'>) {}

  get isUp(): boolean {
    return this.up;
  }

  onChange(listener: (isUp: boolean) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Reports and calls the listeners, in this turn, only where that is new. */
  set(isUp: boolean, reportLoss: () => void): void {
    if (this.up === isUp) return;
    this.up = isUp;
    if (isUp) this.reporter.databaseBack();
    else reportLoss();
    for (const listener of this.listeners) listener(isUp);
  }
}
