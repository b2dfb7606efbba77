import type { FaultEvent, HistoryEvent, ProbeEvent } from '../history/history-event.js';
import type { Check } from './check.contract.js';
import type { Findings } from './findings.js';

/** Milliseconds. */
export interface Delays {
  count: number;
  p50: number;
  p99: number;
  most: number;
  /** Probes that were acknowledged and never arrived. */
  unheard: number;
}

export interface Recovery {
  fault: string;
  /** From the fault's end; null: not within what was seen. */
  seconds: number | null;
}

const GOOD_MS = 1_000;
const GOOD_FOR_SECONDS = 5;

/** I7: after each fault, how long until probes between all nodes are quick again, and stay so. */
export class Liveness implements Check {
  readonly probes: ProbeEvent[] = [];
  readonly recoveries: Recovery[] = [];
  private readonly faults: FaultEvent[] = [];

  constructor(
    private readonly findings: Findings,
    private readonly most: number,
  ) {}

  see(event: HistoryEvent): void {
    if (event.type === 'probe') this.probes.push(event);
    else if (event.type === 'fault') this.faults.push(event);
  }

  conclude(): void {
    const byPair = Map.groupBy(this.probes, ({ from, to }) => `${from} ${to}`);
    const pairs = [...byPair.values()].map((probes) => probes.toSorted((a, b) => a.sent - b.sent));
    if (pairs.length === 0) return;
    const end = Math.max(...pairs.map((probes) => probes.at(-1)?.sent ?? 0));
    for (const [index, fault] of this.faults.entries()) {
      if (fault.phase !== 'stop') continue;
      const next = this.faults.slice(index + 1).find(({ phase }) => phase === 'start');
      this.heal(fault, pairs, Math.min(next?.t ?? end, end));
    }
  }

  private heal(fault: FaultEvent, pairs: ProbeEvent[][], until: number): void {
    let seconds: number | null = 0;
    let slowest: ProbeEvent | null = null;
    for (const probes of pairs) {
      // What was sent in the last second may be slow by what came next.
      const within = probes.filter(({ sent }) => sent >= fault.t && sent + GOOD_MS / 1_000 <= until);
      // The next fault came too soon to decide.
      if (within.length === 0) continue;
      const good = firstGood(within);
      if (good === null) seconds = null;
      else if (seconds !== null) seconds = Math.max(seconds, good.sent - fault.t);
      if (good === null || seconds === good.sent - fault.t) slowest = good ?? within.at(-1) ?? null;
    }
    this.recoveries.push({ fault: fault.fault, seconds });
    // A run that ends, or a new fault that begins, during recovery leaves open how long it would have taken.
    if (seconds === null ? until - fault.t < this.most + GOOD_FOR_SECONDS : seconds <= this.most) return;
    const took = seconds === null ? 'probes did not become quick again' : `it took ${seconds.toFixed(1)} s`;
    this.findings.add('recovery', `After ${fault.fault} ${took}, at most ${this.most} s.`, [fault, slowest]);
  }
}

/** The first probe that is quick and followed by five seconds of quick ones, or by the end. */
function firstGood(probes: readonly ProbeEvent[]): ProbeEvent | null {
  let first: ProbeEvent | null = null;
  for (const probe of probes) {
    if (probe.ms === null || probe.ms >= GOOD_MS) {
      if (first && probe.sent - first.sent >= GOOD_FOR_SECONDS) return first;
      first = null;
    } else first ??= probe;
  }
  return first;
}

/** The delays of probes that were sent within a time, in seconds of the history; `crossing`: from one node to another. */
export function delaysOf(
  probes: readonly ProbeEvent[],
  within?: { from: number; to: number },
  crossing = true,
): Delays {
  const chosen = probes.filter(
    ({ from, to, sent }) => (!crossing || from !== to) && (!within || (sent >= within.from && sent <= within.to)),
  );
  const heard = chosen.flatMap(({ ms }) => (ms === null ? [] : [ms])).sort((a, b) => a - b);
  const at = (share: number) => heard[Math.min(heard.length - 1, Math.floor(heard.length * share))] ?? 0;
  return {
    count: chosen.length,
    p50: at(0.5),
    p99: at(0.99),
    most: heard.at(-1) ?? 0,
    unheard: chosen.length - heard.length,
  };
}
