import type { HistoryEvent } from '../history/history-event.js';
import type { Check } from './check.contract.js';
import type { Findings } from './findings.js';

/** I9: a process ends only where a fault names it; none logs an uncaught fault. */
export class Exits implements Check {
  private readonly doomed = new Set<number>();

  constructor(private readonly findings: Findings) {}

  see(event: HistoryEvent): void {
    if (event.type === 'fault' && event.phase === 'start') for (const pid of event.pids ?? []) this.doomed.add(pid);
    if (event.type === 'process' && event.phase === 'ended' && !event.planned && !this.doomed.has(event.pid)) {
      const how = event.signal ?? `code ${event.code}`;
      this.findings.add('exit', `${event.name} (${event.pid}) ended with ${how}, and no fault names it.`, [event]);
    }
    if (event.type === 'log')
      this.findings.add('fault-logged', `${event.name} logged what nobody caught: "${event.line}".`, [event]);
  }
}

/** In Node's words, and in those of a server that goes on or stops by itself. */
const FAULTS =
  /unhandled|uncaught|rejection was not handled|exception was not caught|MaxListenersExceeded|ERR_UNHANDLED|heap out of memory|AssertionError|Cannot read properties of|is not a function/i;

/** Lines of a process's log that report a defect. */
export function faultyLines(log: string): string[] {
  return log.split('\n').filter((line) => FAULTS.test(line));
}
