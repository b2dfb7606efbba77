import { ParleyError } from './errors.js';

/** Lets so much work run at a time and the rest wait for its turn, in order of arrival. */
export class Turns {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly limits: { atOnce: number; mostWaiting: number; retryAfterMs?: number }) {}

  /** @throws `service_unavailable` where too many wait already; else whatever `work` throws. */
  async within<T>(work: () => Promise<T>): Promise<T> {
    const { atOnce, mostWaiting, retryAfterMs } = this.limits;
    if (this.running >= atOnce) {
      if (this.waiting.length >= mostWaiting) throw new ParleyError('service_unavailable', { retryAfterMs });
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else this.running += 1;
    try {
      return await work();
    } finally {
      // The place is handed on, never free in between: nobody overtakes those who wait.
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }
}
