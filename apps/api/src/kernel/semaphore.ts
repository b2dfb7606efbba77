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

/**
 * Lets so much work run at a time and the rest wait for its turn: in order of arrival, and in turn among those who it is of, so
 * that who brings much holds up nobody but themselves.
 */
export class Semaphore {
  private running = 0;
  /** By whom they are of; whoever had a turn comes last. */
  private readonly waiting = new Map<string, Set<Waiting>>();
  private waitingCount = 0;

  constructor(private readonly limits: Limits) {}

  /**
   * @param of whose work it is, where it is of several.
   * @throws `service_unavailable` where too many wait already, or it waited too long; else whatever `work` throws. Where too many
   *   wait, the last one of whoever has most of them has to go, if that is somebody else.
   */
  async within<T>(work: () => Promise<T>, of = ''): Promise<T> {
    if (this.running < this.limits.atOnce) this.running += 1;
    else await this.wait(of);
    try {
      return await work();
    } finally {
      // The place is handed on and never free in between, so that no newcomer overtakes those who wait.
      if (this.waitingCount > 0) this.beginNext();
      else this.running -= 1;
    }
  }

  /** Refuses everyone who waits now. What runs goes on, and who comes later waits as before. */
  refuseWaiting(): void {
    for (const each of [...this.waiting.values()].flatMap((theirs) => [...theirs])) each.refuse();
  }

  private wait(of: string): Promise<void> {
    if (this.waitingCount >= this.limits.mostWaiting) this.makeRoom(of);
    return new Promise<void>((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        this.remove(of, waiting);
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
      const { timeoutMs } = this.limits;
      const timer = timeoutMs === undefined ? undefined : setTimeout(waiting.refuse, timeoutMs).unref();
      this.add(of, waiting);
    });
  }

  private beginNext(): void {
    const [entry] = this.waiting;
    if (!entry) return;
    const [of, theirs] = entry;
    this.waiting.delete(of);
    this.waiting.set(of, theirs);
    const [next] = theirs;
    next?.begin();
  }

  private add(of: string, waiting: Waiting): void {
    const theirs = this.waiting.get(of) ?? new Set();
    this.waiting.set(of, theirs.add(waiting));
    this.waitingCount += 1;
  }

  private remove(of: string, waiting: Waiting): void {
    const theirs = this.waiting.get(of);
    if (!theirs?.delete(waiting)) return;
    this.waitingCount -= 1;
    if (theirs.size === 0) this.waiting.delete(of);
  }

  /** @throws `service_unavailable` where nobody has more of those that wait than the newcomer would have. */
  private makeRoom(of: string): void {
    const most = [...this.waiting.values()].reduce((a, b) => (b.size > a.size ? b : a), new Set<Waiting>());
    if (most.size <= (this.waiting.get(of)?.size ?? 0) + 1) throw this.refusal();
    [...most].at(-1)?.refuse();
  }

  private refusal(): ParleyError {
    return new ParleyError('service_unavailable', { retryAfterMs: this.limits.retryAfterMs });
  }
}
