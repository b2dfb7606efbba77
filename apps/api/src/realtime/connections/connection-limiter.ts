import { ParleyError } from '../../kernel/errors.js';
import { Limiter } from '../../platform/limits/limiter.js';

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
/** All addresses together. */
const NODE = 'node';

/**
 * Decides whether a new connection may begin, before any transport sees it. Refusals are temporary: HTTP 503 with
 * `Retry-After`, after which plain clients reconnect by themselves.
 *
 * A flood from one address must not keep the others out, and many users behind one address must not be slowed down
 * while no other address connects. So every address has a small share, and only within its share may it draw on the
 * lower half of the node's bucket; beyond it, an address gets all that others leave, at the node's full pace.
 */
export class ConnectionLimiter {
  private readonly limiter: Limiter<'node' | 'address'>;
  private readonly reserve: number;

  constructor(
    private readonly limits: ConnectionLimits,
    /** How many connections there are. */
    private readonly connections: () => number,
    now?: () => number,
  ) {
    const { handshakesPerSecond } = limits;
    const address = {
      atOnce: Math.max(1, handshakesPerSecond * SHARE.atOnce),
      perSecond: handshakesPerSecond * SHARE.perSecond,
    };
    this.limiter = new Limiter({ node: { atOnce: handshakesPerSecond, perSecond: handshakesPerSecond }, address }, now);
    // A bucket of one has nothing to keep.
    this.reserve = Math.min(handshakesPerSecond * RESERVE, handshakesPerSecond - 1);
  }

  /** Of how many addresses it is known that they have used some of their share. */
  get addresses(): number {
    return this.limiter.keys('address');
  }

  /** Null: a connection from this address may begin, and is counted. */
  refusal(address: string): ParleyError | null {
    if (this.connections() >= this.limits.connections) return busy('This node has as many connections as it may.');
    if (!this.take(address)) return busy('Too many connections begin just now.');
    return null;
  }

  private take(address: string): boolean {
    const isWithinShare = this.limiter.left('address', address) >= 1;
    if (this.limiter.left('node', NODE) < (isWithinShare ? 1 : this.reserve + 1)) return false;
    this.limiter.take('node', NODE);
    this.limiter.take('address', address);
    return true;
  }
}

const busy = (message: string): ParleyError =>
  new ParleyError('service_unavailable', { message, retryAfterMs: whenToComeBack() });

/** Milliseconds, scattered. */
export function whenToComeBack(random: () => number = Math.random): number {
  return Math.round(SOONEST_BACK_MS + random() * (LATEST_BACK_MS - SOONEST_BACK_MS));
}
