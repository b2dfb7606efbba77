import { isUploaded } from './attachments.js';
import type { OutboxEntry } from './outbox-entry.js';

/**
 * `storing`: not known to be written down. `waiting`: its turn comes. `sending`: no answer yet. `acked`: the server has it, and
 * nothing has shown it yet. `failed`: refused for good. `removed`: whatever still waits for the storage on its behalf.
 */
type Phase = 'storing' | 'waiting' | 'sending' | 'acked' | 'failed' | 'removed';

export interface LaneItem {
  entry: OutboxEntry;
  phase: Phase;
  /** How often it failed by a defect. */
  defects: number;
  /** It was read from the storage, or another has dropped it since: it may not be there any more. */
  isUnsure?: boolean;
}

/** The entries of one conversation, in the order in which they are sent. */
export class Lane {
  readonly items: LaneItem[] = [];
  /** The one on its way; those behind it wait. */
  inFlight: LaneItem | null = null;
  /** Attempts in a row that may succeed when repeated. */
  failures = 0;
  /** Runs while the next attempt is not due. */
  timer: ReturnType<typeof setTimeout> | undefined;

  insert(item: LaneItem): void {
    this.items.push(item);
    this.items.sort((a, b) => a.entry.order - b.entry.order);
  }

  remove(item: LaneItem): void {
    const place = this.items.indexOf(item);
    if (place >= 0) this.items.splice(place, 1);
    if (this.inFlight === item) this.inFlight = null;
  }

  /** What is to be sent next as this user; null while something is on its way, or is not written down or uploaded yet. */
  next(userId: string): LaneItem | null {
    if (this.inFlight || this.timer !== undefined) return null;
    const first = this.items.find(
      ({ phase, entry }) => (phase === 'waiting' || phase === 'storing') && isOf(entry, userId),
    );
    return first?.phase === 'waiting' && isUploaded(first.entry) ? first : null;
  }

  /** After this time `then` is called; nothing is sent meanwhile. */
  rest(ms: number, then: () => void): void {
    this.wake();
    this.timer = setTimeout(() => {
      this.timer = undefined;
      then();
    }, ms);
  }

  /** Ends a rest. */
  wake(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}

/** Entries of nobody in particular belong to whoever is signed in. */
export function isOf(entry: OutboxEntry, userId: string | null): boolean {
  return userId === null || entry.senderId === undefined || entry.senderId === userId;
}
