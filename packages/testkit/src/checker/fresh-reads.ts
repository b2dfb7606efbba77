import type { CallEvent, HistoryEvent } from '../history/history-event.js';
import type { Answer, Check } from './check.contract.js';
import type { Findings } from './findings.js';

/** The farthest seq that any acknowledgement or page contained. */
interface Known {
  seq: number;
  event: HistoryEvent;
}

/** I3: a page that was called for after an acknowledgement, or after another page, is not older than that. */
export class FreshReads implements Check {
  private readonly known = new Map<string, Known>();
  /** What was known when the page was called for. */
  private readonly asked = new Map<CallEvent, Known>();

  constructor(private readonly findings: Findings) {}

  see(event: HistoryEvent): void {
    if (event.type !== 'call' || event.command !== 'page') return;
    const known = this.known.get(event.conversation ?? '');
    if (known) this.asked.set(event, known);
  }

  answered(call: CallEvent, answer: Answer): void {
    const known = this.asked.get(call);
    this.asked.delete(call);
    if (answer.type !== 'ok') return;
    const { conversation = '', command, after } = call;
    if (command === 'send') this.learn(conversation, answer.seq ?? 0, answer);
    if (command !== 'page') return;
    const last = answer.last ?? 0;
    this.learn(conversation, last, answer);
    // A page forward ends somewhere if there is more; one backward always begins at the newest.
    const reachesEnd = after === undefined || !answer.hasMore;
    if (!known || !reachesEnd || last >= known.seq || (after ?? 0) >= known.seq) return;
    const what = `A page of ${conversation} ended at seq ${last} when seq ${known.seq} was known.`;
    this.findings.add('stale-read', what, [known.event, call, answer]);
  }

  private learn(conversation: string, seq: number, event: HistoryEvent): void {
    const held = this.known.get(conversation);
    if (!held || seq > held.seq) this.known.set(conversation, { seq, event });
  }
}
