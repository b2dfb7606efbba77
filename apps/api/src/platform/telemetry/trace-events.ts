import { Reminder } from '../../kernel/reminder.js';
import { LinkEvents } from './link-events.js';

/** The part of `EventReporter` that is about traces of sends, and about what receives them. */
export abstract class TraceEvents extends LinkEvents {
  private readonly receiverAway = new Reminder();
  /** Since that was said last. */
  private lostSpans = 0;

  spansExported(spans: number): void {
    this.counters.add('spans_total', { is: 'exported' }, spans);
    this.log.trace({ spans }, 'spans were handed over');
  }

  /** Said at most once a minute. */
  spansLost(spans: number, fault: unknown): void {
    this.counters.add('spans_total', { is: 'lost' }, spans);
    this.lostSpans += spans;
    if (!this.receiverAway.isDue('')) return;
    const reason = fault instanceof Error ? fault.message : String(fault);
    this.log.warn({ spans: this.lostSpans, fault: reason }, 'the receiver of traces does not take them: they are lost');
    this.lostSpans = 0;
  }
}
