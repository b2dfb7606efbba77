import { ParleyError } from '../../kernel/errors.js';

/** What a node takes on. */
export interface ConnectionLimits {
  /** Connections at a time. */
  connections: number;
  /** New ones in a second; as many may come at the same moment after a quiet one. */
  handshakesPerSecond: number;
}

/** Those who are refused together are not to come back together. */
const SOONEST_BACK_MS = 1_000;
const LATEST_BACK_MS = 5_000;
/** The share of one address, as parts of what the node lets in in a second: at once after a quiet time, and a second. */
const SHARE = { atOnce: 1 / 4, perSecond: 1 / 20 };
/** The part of the node's bucket that is kept for addresses which have not used up their share. */
const RESERVE = 1 / 2;

/**
 * Decides whether a new connection may begin, before any transport sees it. Refusals are temporary: told as HTTP 503 with
 * `Retry-After`, from which plain clients come back by themselves.
 *
 * A flood from one address must not keep the others out, and a crowd behind one address must not be slowed down while
 * nobody else wants in. So every address has a small share, and only within its share may it draw on the lower half of
 * the node's bucket; beyond it, an address gets all that others leave, at the node's full pace.
 */
export class ConnectionLimiter {
  private readonly node: Bucket;
  private readonly shares: Shares;
  private readonly reserve: number;

  constructor(
    private readonly limits: ConnectionLimits,
    /** How many connections there are. */
    private readonly connections: () => number,
    private readonly now: () => number = () => performance.now(),
  ) {
    const { handshakesPerSecond } = limits;
    this.node = new Bucket(handshakesPerSecond, handshakesPerSecond, this.now());
    this.shares = new Shares(handshakesPerSecond, this.now());
    // A bucket of one has nothing to keep.
    this.reserve = Math.min(handshakesPerSecond * RESERVE, handshakesPerSecond - 1);
  }

  /** Of how many addresses it is known that they have used some of their share. */
  get addresses(): number {
    return this.shares.size;
  }

  /** Null: a connection from this address may begin, and is counted. */
  refusal(address: string): ParleyError | null {
    if (this.connections() >= this.limits.connections) return busy('This node has as many connections as it may.');
    if (!this.take(address)) return busy('Too many connections begin just now.');
    return null;
  }

  private take(address: string): boolean {
    const now = this.now();
    const left = this.node.levelAt(now);
    const share = this.shares.of(address, now);
    const isWithinShare = share.levelAt(now) >= 1;
    if (left < (isWithinShare ? 1 : this.reserve + 1)) return false;
    this.node.take(now);
    share.take(now);
    this.shares.keep(address, share);
    return true;
  }
}

class Bucket {
  private level: number;

  constructor(
    private readonly size: number,
    private readonly perSecond: number,
    private filledAt: number,
  ) {
    this.level = size;
  }

  levelAt(now: number): number {
    return Math.min(this.size, this.level + ((now - this.filledAt) / 1_000) * this.perSecond);
  }

  /** One, or what is left of it. */
  take(now: number): void {
    this.level = Math.max(0, this.levelAt(now) - 1);
    this.filledAt = now;
  }
}

/**
 * What each address has left of its share. Only who is let in is remembered, and nobody for longer than two fillings of
 * a bucket: a bucket that was not drawn on for one is full, like that of an address nobody has heard of. So there are
 * never more than the node lets in in that time.
 */
class Shares {
  private readonly atOnce: number;
  private readonly perSecond: number;
  private recent = new Map<string, Bucket>();
  private older = new Map<string, Bucket>();

  constructor(
    handshakesPerSecond: number,
    private since: number,
  ) {
    this.atOnce = Math.max(1, handshakesPerSecond * SHARE.atOnce);
    this.perSecond = handshakesPerSecond * SHARE.perSecond;
  }

  get size(): number {
    return this.recent.size + this.older.size;
  }

  of(address: string, now: number): Bucket {
    if (now - this.since >= (this.atOnce / this.perSecond) * 1_000) {
      this.older = this.recent;
      this.recent = new Map();
      this.since = now;
    }
    return this.recent.get(address) ?? this.older.get(address) ?? new Bucket(this.atOnce, this.perSecond, now);
  }

  keep(address: string, bucket: Bucket): void {
    this.older.delete(address);
    this.recent.set(address, bucket);
  }
}

const busy = (message: string): ParleyError =>
  new ParleyError('service_unavailable', { message, retryAfterMs: whenToComeBack() });

/** Milliseconds, scattered. */
export function whenToComeBack(random: () => number = Math.random): number {
  return Math.round(SOONEST_BACK_MS + random() * (LATEST_BACK_MS - SOONEST_BACK_MS));
}
