import { ParleyError } from '../kernel/errors.js';

/** What a node takes on. */
export interface AdmissionLimits {
  /** Connections at a time. */
  connections: number;
  /** New ones in a second; as many may come at the same moment after a quiet one. */
  handshakesPerSecond: number;
}

/** Those who are refused together are not to come back together. */
const SOONEST_BACK_MS = 1_000;
const LATEST_BACK_MS = 5_000;

/**
 * Decides whether a new connection may begin, before any door sees it. Refusals are temporary: told as HTTP 503 with
 * `Retry-After`, from which plain clients come back by themselves.
 */
export class Admission {
  private tokens: number;
  private refilledAt: number;

  constructor(
    private readonly limits: AdmissionLimits,
    /** How many connections there are. */
    private readonly connections: () => number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.tokens = limits.handshakesPerSecond;
    this.refilledAt = this.now();
  }

  /** Null: it may begin, and is counted. */
  refusal(): ParleyError | null {
    if (this.connections() >= this.limits.connections) return busy('This node has as many connections as it may.');
    if (!this.take()) return busy('Too many connections begin just now.');
    return null;
  }

  private take(): boolean {
    const { handshakesPerSecond } = this.limits;
    const now = this.now();
    this.tokens = Math.min(handshakesPerSecond, this.tokens + ((now - this.refilledAt) / 1000) * handshakesPerSecond);
    this.refilledAt = now;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}

const busy = (message: string): ParleyError =>
  new ParleyError('service_unavailable', { message, retryAfterMs: whenToComeBack() });

/** Milliseconds, scattered. */
export function whenToComeBack(random: () => number = Math.random): number {
  return Math.round(SOONEST_BACK_MS + random() * (LATEST_BACK_MS - SOONEST_BACK_MS));
}
