import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { ParleyError } from '../../kernel/errors.js';
import { RateLimits } from '../../platform/limits/rate-limits.js';
import { tooLarge } from './content-reader.js';

/** Of one user on this node. Each takes a connection and a file that is open, for as long as its line is slow. */
const MOST_AT_ONCE = 20;
/** A form's own words beside its file. */
const FORM_BYTES = 32_768;
/** Whoever sends less than this in as long is cut off: it would take a day for a hundred megabytes. */
const PACE = { bytes: 32_768, ms: 30_000 };

/** What one user may upload: bytes in all, bytes a day, at the same time, and how slowly. */
@Injectable()
export class UploadLimits {
  private readonly running = new Map<string, number>();

  constructor(
    private readonly rates: RateLimits,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Charges what the request says that it will bring, and gives back what did not come. `work` is told if it is beyond a budget,
   * and refuses it unless it is a repeat.
   * @throws `rate_limited`, `too_large` before anything is read.
   */
  async during<T>(
    userId: string,
    request: IncomingMessage,
    work: (refusal: ParleyError | null) => Promise<T>,
  ): Promise<T> {
    const { maxBytes } = this.config.files;
    const expected = lengthOf(request);
    if (expected !== null && expected > maxBytes + FORM_BYTES) throw tooLarge(maxBytes);
    const running = this.running.get(userId) ?? 0;
    if (running >= MOST_AT_ONCE) throw new ParleyError('rate_limited', { retryAfterMs: 1_000 });
    const cost = expected ?? maxBytes;
    const refusal = this.rates.charge('uploadedBytes', userId, cost)?.refusal ?? null;
    const meter = new PaceMeter(request);
    this.running.set(userId, running + 1);
    try {
      return await work(refusal);
    } finally {
      this.leave(userId);
      meter.stop();
      if (!refusal) this.rates.refund('uploadedBytes', userId, Math.max(0, cost - meter.bytes));
    }
  }

  /** Why the file of this form is refused before it is read, as far as its length tells; null: there is room for it. */
  refusalOfForm(taken: number, request: IncomingMessage): ParleyError | null {
    return this.refusalByQuota(taken, Math.max(1, (lengthOf(request) ?? 0) - FORM_BYTES));
  }

  /** @throws `too_large` where so many bytes more would be too many. */
  requireRoom(taken: number, more: number): void {
    const refusal = this.refusalByQuota(taken, more);
    if (refusal) throw refusal;
  }

  private refusalByQuota(taken: number, more: number): ParleyError | null {
    const { bytesPerUser } = this.config.files;
    if (taken + more <= bytesPerUser) return null;
    return new ParleyError('too_large', {
      message: `All of your files together may have at most ${bytesPerUser} bytes.`,
      details: [{ path: 'quota', message: `${taken} of ${bytesPerUser} bytes are taken` }],
    });
  }

  private leave(userId: string): void {
    const left = (this.running.get(userId) ?? 1) - 1;
    if (left > 0) this.running.set(userId, left);
    else this.running.delete(userId);
  }
}

/** Null where it does not say. */
function lengthOf({ headers }: IncomingMessage): number | null {
  const length = headers['content-length'];
  return length === undefined ? null : Number(length);
}

/** Cuts off a request that comes too slowly, and knows how much has come. How long it is kept waiting is the store's matter. */
class PaceMeter {
  private readonly before: number;
  private readonly idleMs: number;
  private seen = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly request: IncomingMessage) {
    this.before = request.socket.bytesRead;
    // A connection on which nothing moves would be cut, also while the whole content goes on to the store.
    this.idleMs = request.socket.timeout ?? 0;
    request.socket.setTimeout(0);
    this.timer = setInterval(() => this.look(), PACE.ms);
    this.timer.unref();
  }

  get bytes(): number {
    return this.request.socket.bytesRead - this.before;
  }

  stop(): void {
    clearInterval(this.timer);
    this.request.socket.setTimeout(this.idleMs);
  }

  private look(): void {
    const { bytes } = this;
    if (bytes - this.seen < PACE.bytes && !this.request.complete) this.request.destroy();
    this.seen = bytes;
  }
}
