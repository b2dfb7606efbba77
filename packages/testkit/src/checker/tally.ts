import type { CallEvent, HistoryEvent } from '../history/history-event.js';
import type { Answer, Check, World } from './check.contract.js';

/** How much happened. */
export interface Counts {
  events: number;
  /** Sends, by their last outcome. */
  acked: number;
  unknown: number;
  refused: number;
  /** Attempts at a send beyond its first. */
  retries: number;
  /** Repeats that the server answered as such. */
  answeredAsRepeat: number;
  deliveries: number;
  connections: number;
  lost: number;
  /** Catching up after coming back. */
  resumed: number;
  /** Holes that a client saw and had filled. */
  gapFills: number;
  /** Events that a client had already. */
  repeatsSuppressed: number;
}

export class Tally implements Check {
  readonly counts: Counts = {
    events: 0,
    acked: 0,
    unknown: 0,
    refused: 0,
    retries: 0,
    answeredAsRepeat: 0,
    deliveries: 0,
    connections: 0,
    lost: 0,
    resumed: 0,
    gapFills: 0,
    repeatsSuppressed: 0,
  };

  see(event: HistoryEvent): void {
    const { counts } = this;
    counts.events += 1;
    if (event.type === 'heard') counts.deliveries += 1;
    if (event.type !== 'link') return;
    if (event.what === 'opened') counts.connections += 1;
    else if (event.what === 'lost') counts.lost += 1;
    else if (event.what === 'resumed') counts.resumed += 1;
    else if (event.what === 'hole') counts.gapFills += 1;
    else if (event.what === 'repeat') counts.repeatsSuppressed += 1;
  }

  answered(call: CallEvent, answer: Answer): void {
    if (call.command === 'send' && answer.type === 'ok' && answer.duplicate) this.counts.answeredAsRepeat += 1;
  }

  conclude({ sends }: World): void {
    const { counts } = this;
    for (const { ok, attempts, refusals } of sends.all()) {
      counts.retries += attempts - 1;
      if (ok) counts.acked += 1;
      else if (refusals === attempts) counts.refused += 1;
      else counts.unknown += 1;
    }
  }
}
