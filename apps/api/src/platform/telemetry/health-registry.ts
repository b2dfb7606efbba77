import { Injectable } from '@nestjs/common';
import type { HealthPart } from '@parley/protocol';
import { EventReporter } from './event-reporter.js';

/** The state of what a node needs and may be without for a while. */
@Injectable()
export class HealthRegistry {
  private readonly down = new Set<HealthPart>();
  private readonly known = new Map<string, number>();
  private readonly listeners: ((part: HealthPart, isDegraded: boolean) => void)[] = [];

  constructor(private readonly reporter: EventReporter) {}

  /** The parts that are missing at present. */
  get degraded(): readonly HealthPart[] {
    return [...this.down];
  }

  /** What else is worth knowing of this node, by name. */
  get details(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.known);
  }

  /** Null: nothing is, any more. */
  detail(name: string, value: number | null): void {
    if (value === null) this.known.delete(name);
    else this.known.set(name, value);
  }

  /** Sets the state of a part. Listeners are called in this turn, and only where it is new. */
  set(part: HealthPart, isDegraded: boolean): void {
    if (this.down.has(part) === isDegraded) return;
    if (isDegraded) this.down.add(part);
    else this.down.delete(part);
    if (isDegraded) this.reporter.degraded(part);
    else this.reporter.restored(part);
    for (const listener of this.listeners) listener(part, isDegraded);
  }

  onChange(listener: (part: HealthPart, isDegraded: boolean) => void): void {
    this.listeners.push(listener);
  }
}
