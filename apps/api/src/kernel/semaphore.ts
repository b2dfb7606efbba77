import { ParleyError } from './errors.js';

interface Limits {
  atOnce: number;
  mostWaiting: number;
  /** A caller that waits longer is refused; without it callers wait as long as it takes. */
  timeoutMs?: number;
  /** What a refusal carries. */
  retryAfterMs?: number;
}

interface Waiting {
  begin(): void;
  refuse(): void;
}

/** Lets so much work run at a time and the rest wait for its turn, in order of arrival. */
export class Semaphore {
  private running = 0;
  private readonly waiting = new Set<Waiting>();

  constructor(private readonly limits: Limits) {}

  /** @throws `service_unavailable` where too many wait already, or it waited too long; else whatever `work` throws. */
  async within<T>(work: () => Promise<T>): Promise<T> {
    if (this.running < this.limits.atOnce) this.running += 1;
    else await this.wait();
    try {
      return await work();
    } finally {
      // The place is handed on and never free in between, so that no newcomer overtakes those who wait.
      const [next] = this.waiting;
      if (next) next.begin();
      else this.running -= 1;
    }
  }

  /** Refuses everyone who waits now. What runs goes on, and who comes later waits as before. */
  refuseWaiting(): void {
    for (const each of [...this.waiting]) each.refuse();
  }

  private wait(): Promise<void> {
    const { mostWaiting, timeoutMs } = this.limits;
    if (this.waiting.size >= mostWaiting) throw this.refusal();
    return new Promise<void>((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        this.waiting.delete(waiting);
      };
      const waiting = {
        begin: () => {
          leave();
          resolve();
        },
        refuse: () => {
          leave();
          reject(this.refusal());
        },
      };
      const timer = timeoutMs === undefined ? undefined : setTimeout(waiting.refuse, timeoutMs).unref();
      this.waiting.add(waiting);
    });
  }

  private refusal(): ParleyError {
    return new ParleyError('service_unavailable', { retryAfterMs: this.limits.retryAfterMs });
  }
}
