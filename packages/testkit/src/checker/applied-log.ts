import type { HistoryEvent, MessageFacts, MovedEvent } from '../history/history-event.js';
import type { Check, World } from './check.contract.js';
import type { Findings } from './findings.js';

/** One device's position in one conversation. */
interface Place {
  user: string;
  version: number;
  lastSeq: number;
  /** Seqs beyond `lastSeq` that came with answers to `sync` which were not the last one. */
  ahead: Set<number>;
  /** Versions that were passed over. */
  skipped: Set<number>;
  last: HistoryEvent;
}

const MOST_SKIPPED = 1_000;

/** I4 behind the client's own logic: each change applied once, in order, none passed over, up to the last. */
export class AppliedLog implements Check {
  private readonly users = new Map<string, string>();
  private readonly places = new Map<string, Place>();

  constructor(private readonly findings: Findings) {}

  see(event: HistoryEvent): void {
    if (event.type === 'device' && event.logic !== 'raw') this.users.set(event.device, event.user);
    else if (event.type === 'moved') this.moved(event);
    else if (event.type === 'row') this.row(event.device, event.conversation, event.message);
    else if (event.type === 'applied' || (event.type === 'heard' && event.applied)) {
      this.applied(event, event.type === 'applied' || event.kind === 'message:new');
    }
  }

  conclude({ final }: World): void {
    for (const [key, { user, version, lastSeq, last }] of this.places) {
      const conversation = key.slice(key.lastIndexOf(' ') + 1);
      const held = final.conversations.get(conversation);
      if (!held?.end?.members.includes(user)) continue;
      if (version === held.end.version && (lastSeq < 0 || lastSeq === held.rows.length)) continue;
      const what = `${key} stands at version ${version}, seq ${lastSeq}; the end is ${held.end.version}, ${held.rows.length}.`;
      this.findings.add('incomplete', what, [last, held.end]);
    }
  }

  private applied(event: HistoryEvent & { type: 'heard' | 'applied' }, mayBeNew: boolean): void {
    const { device, conversation, version, message } = event;
    const place = this.places.get(`${device} ${conversation}`);
    if (!place) return;
    if (!this.step(place, version, event)) return;
    if (message && mayBeNew && message.seq > place.lastSeq && place.lastSeq >= 0) {
      if (message.seq !== place.lastSeq + 1) {
        this.findings.add('gap', `${device} went from seq ${place.lastSeq} to ${message.seq}.`, [place.last, event]);
      }
      place.lastSeq = message.seq;
    }
    place.last = event;
  }

  /** A move to the next version; false where it is not. */
  private step(place: Place, version: number, event: HistoryEvent & { type: 'heard' | 'applied' | 'moved' }): boolean {
    const where = `${event.device} in ${event.conversation}`;
    if (version <= place.version) {
      const wasSkipped = place.skipped.delete(version);
      const what = `${where} applied version ${version} ${wasSkipped ? 'after' : 'again at'} ${place.version}.`;
      this.findings.add(wasSkipped ? 'reorder' : 'dup-applied', what, [place.last, event]);
      return false;
    }
    if (version > place.version + 1) {
      this.findings.add('gap', `${where} went from version ${place.version} to ${version}.`, [place.last, event]);
      const from = Math.max(place.version + 1, version - MOST_SKIPPED);
      for (let skipped = from; skipped < version; skipped += 1) place.skipped.add(skipped);
    }
    place.version = version;
    return true;
  }

  private row(device: string, conversation: string, { seq }: MessageFacts): void {
    const place = this.places.get(`${device} ${conversation}`);
    if (place && seq > place.lastSeq) place.ahead.add(seq);
  }

  private moved(event: MovedEvent): void {
    const { device, conversation, from, to, by, lastSeq = -1 } = event;
    const key = `${device} ${conversation}`;
    const place = this.places.get(key);
    if (by === 'end') {
      this.places.delete(key);
    } else if (by === 'start' || by === 'reset' || !place) {
      const user = this.users.get(device) ?? '';
      const fresh = { user, version: to, lastSeq, ahead: new Set<number>(), skipped: new Set<number>(), last: event };
      this.places.set(key, fresh);
    } else if (by === 'event') {
      this.step(place, to, event);
      place.last = event;
    } else {
      if (from !== place.version || to < from) {
        const what = `A sync moved ${key} from ${from} to ${to} although it stood at ${place.version}.`;
        this.findings.add(to < place.version ? 'reorder' : 'gap', what, [place.last, event]);
      }
      place.version = to;
      if (lastSeq >= 0) this.caughtUp(place, event, lastSeq);
      place.last = event;
    }
  }

  /** The last answer of a sync: together its pages had each new row. */
  private caughtUp(place: Place, event: MovedEvent, lastSeq: number): void {
    for (let seq = place.lastSeq + 1; seq <= lastSeq && place.lastSeq >= 0; seq += 1) {
      if (place.ahead.has(seq)) continue;
      const what = `A sync brought ${event.device} to seq ${lastSeq} of ${event.conversation} without seq ${seq}.`;
      this.findings.add('gap', what, [place.last, event]);
    }
    place.ahead.clear();
    place.lastSeq = lastSeq;
  }
}
