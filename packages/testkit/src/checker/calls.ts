import type { CallEvent, HistoryEvent } from '../history/history-event.js';
import type { Answer } from './check.contract.js';

/** Brings calls and their answers together. */
export class Calls {
  private readonly open = new Map<string, CallEvent>();

  /** The call that this event answers, once. */
  answeredBy(event: HistoryEvent): { call: CallEvent; answer: Answer } | null {
    if (event.type === 'call') this.open.set(`${event.p} ${event.i}`, event);
    if (event.type !== 'ok' && event.type !== 'info' && event.type !== 'fail') return null;
    const key = `${event.p} ${event.ref}`;
    const call = this.open.get(key);
    this.open.delete(key);
    return call ? { call, answer: event } : null;
  }
}
