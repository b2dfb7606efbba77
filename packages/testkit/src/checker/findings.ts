import type { FaultEvent, HistoryEvent } from '../history/history-event.js';
import { VIOLATIONS, type Violation, type ViolationName } from './violations.js';

/** So many of each name are reported in full; the rest is counted. */
const MOST_KEPT = 5;

interface Kept {
  name: ViolationName;
  what: string;
  witness: HistoryEvent[];
}

/** What the checks found, bounded, and which faults were active when. */
export class Findings {
  readonly counts = new Map<ViolationName, number>();
  private readonly kept: Kept[] = [];
  private readonly faults: FaultEvent[] = [];

  see(event: HistoryEvent): void {
    if (event.type === 'fault') this.faults.push(event);
  }

  add(name: ViolationName, what: string, witness: (HistoryEvent | null | undefined)[]): void {
    const count = (this.counts.get(name) ?? 0) + 1;
    this.counts.set(name, count);
    if (count > MOST_KEPT) return;
    this.kept.push({ name, what, witness: witness.filter((event) => event !== null && event !== undefined) });
  }

  violations(): Violation[] {
    return this.kept.map(({ name, what, witness }) => ({
      name,
      invariant: VIOLATIONS[name],
      what,
      witness,
      faults: this.activeAt(Math.max(0, ...witness.map(({ t }) => t))),
    }));
  }

  private activeAt(time: number): string[] {
    const active = new Map<string, number>();
    for (const { t, phase, fault } of this.faults) {
      if (t > time) break;
      active.set(fault, (active.get(fault) ?? 0) + (phase === 'start' ? 1 : -1));
    }
    return [...active].filter(([, count]) => count > 0).map(([fault]) => fault);
  }
}
