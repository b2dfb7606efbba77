import type { HistoryEvent, ProbeEvent } from '../history/history-event.js';
import { AppliedLog } from './applied-log.js';
import { Calls } from './calls.js';
import type { Check, World } from './check.contract.js';
import { Durability } from './durability.js';
import { Exits } from './exits.js';
import { FinalState } from './final-state.js';
import { Findings } from './findings.js';
import { FreshReads } from './fresh-reads.js';
import { type Delays, delaysOf, Liveness, type Recovery } from './liveness.js';
import { Memberships } from './memberships.js';
import { RealTimeOrder } from './real-time-order.js';
import { type ProcessFigures, type ResourceLimits, Resources } from './resources.js';
import { Sends } from './sends.js';
import { type Counts, Tally } from './tally.js';
import { UnreadCounts } from './unread-counts.js';
import { Versions } from './versions.js';
import { INVARIANTS, type Invariant, VIOLATIONS, type Violation, type ViolationName } from './violations.js';
import { WireOrder } from './wire-order.js';

export interface CheckOptions {
  /** Seconds from a fault's end until probes are quick again, at most. Default 10. */
  recovery?: number;
  /** What processes may hold; only what is named is judged. */
  resources?: Partial<ResourceLimits>;
}

export interface Report {
  /** `inconclusive`: nothing is wrong, and too little was seen to be sure. */
  verdict: 'green' | 'red' | 'inconclusive';
  /** Why it is inconclusive. */
  reasons: string[];
  invariants: Record<Invariant, { holds: boolean; found: number }>;
  /** How often each name was found; only those that were. */
  found: Partial<Record<ViolationName, number>>;
  /** The first five of each name. */
  violations: Violation[];
  counts: Counts;
  /** Between different nodes. */
  delays: Delays;
  probes: ProbeEvent[];
  recoveries: Recovery[];
  processes: ProcessFigures[];
}

/** Of sends without an answer, more make a run inconclusive. */
const MOST_UNKNOWN = 0.2;
const RECOVERY_SECONDS = 10;
const WARM_UP_SECONDS = 20;

/** Judges a history. It is read once, in order of time; what is kept grows with messages, not with deliveries. */
export function check(events: Iterable<HistoryEvent>, options: CheckOptions = {}): Report {
  const findings = new Findings();
  const world = {
    final: new FinalState(findings),
    sends: new Sends(findings),
    memberships: new Memberships(findings),
    versions: new Versions(findings),
  };
  const tally = new Tally();
  const liveness = new Liveness(findings, options.recovery ?? RECOVERY_SECONDS);
  const resources = new Resources(findings, { warmUp: WARM_UP_SECONDS, ...options.resources });
  const checks: Check[] = [
    ...Object.values(world),
    tally,
    new Durability(findings),
    new RealTimeOrder(findings),
    new WireOrder(findings),
    new AppliedLog(findings),
    new FreshReads(findings),
    new UnreadCounts(findings),
    liveness,
    resources,
    new Exits(findings),
  ];
  const calls = new Calls();
  for (const event of events) {
    findings.see(event);
    for (const each of checks) each.see?.(event);
    const answered = calls.answeredBy(event);
    if (answered) for (const each of checks) each.answered?.(answered.call, answered.answer);
  }
  for (const each of checks) each.conclude?.(world satisfies World);
  const reasons = reasonsInconclusive(world, tally.counts);
  return {
    ...verdictOf(findings, reasons),
    reasons,
    violations: findings.violations(),
    counts: tally.counts,
    delays: delaysOf(liveness.probes),
    probes: liveness.probes,
    recoveries: liveness.recoveries,
    processes: resources.figures,
  };
}

function reasonsInconclusive({ final }: World, { acked, unknown, refused }: Counts): string[] {
  const reasons: string[] = [];
  const all = acked + unknown + refused;
  if (unknown > all * MOST_UNKNOWN) reasons.push(`${unknown} of ${all} sends have no answer`);
  if (acked === 0) reasons.push('no send was acknowledged');
  if (![...final.conversations.values()].some(({ end }) => end)) reasons.push('the final state was not read');
  return reasons;
}

function verdictOf(findings: Findings, reasons: string[]): Pick<Report, 'verdict' | 'invariants' | 'found'> {
  const found = Object.fromEntries(findings.counts) as Report['found'];
  const names = Object.keys(found) as ViolationName[];
  const invariants = {} as Report['invariants'];
  for (const invariant of Object.keys(INVARIANTS) as Invariant[]) {
    const broken = names.filter((name) => VIOLATIONS[name] === invariant);
    const sum = broken.reduce((total, name) => total + (found[name] ?? 0), 0);
    invariants[invariant] = { holds: sum === 0, found: sum };
  }
  const verdict = names.length > 0 ? 'red' : reasons.length > 0 ? 'inconclusive' : 'green';
  return { verdict, invariants, found };
}
