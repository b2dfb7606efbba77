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
 * Lets so much work run at a time and the rest wait for its turn: owners in turn, and the work of each in
 * order of arrival, so that who brings much holds up nobody but themselves.
 */
export class Semaphore {
  /** How many run at present. */
  runningCount = 0;
  /** By owner; whoever had a turn comes last. */
  private readonly waiting = new Map<string, Set<Waiting>>();
  /** How many wait at present. */
  waitingCount = 0;

  constructor(private readonly limits: Limits) {}

  /**
   * @param owner whose work it is, where it is of several people.
   * @throws `service_unavailable` where too many wait already, or it waited too long; else whatever `work` throws. Where too many
   *   wait, the last one of whoever has most of them has to go, if that is somebody else.
   */
  async within<T>(work: () => Promise<T>, owner = ''): Promise<T> {
    if (this.runningCount < this.limits.atOnce) this.runningCount += 1;
    else await this.wait(owner);
    try {
      return await work();
    } finally {
      // The place is handed on and never free in between, so that no newcomer overtakes those who wait.
      if (this.waitingCount > 0) this.beginNext();
      else this.runningCount -= 1;
    }
  }

  /** Refuses everyone who waits now. What runs goes on, and who comes later waits as before. */
  refuseWaiting(): void {
    for (const each of [...this.waiting.values()].flatMap((theirs) => [...theirs])) each.refuse();
  }

  private wait(owner: string): Promise<void> {
    if (this.waitingCount >= this.limits.mostWaiting) this.makeRoom(owner);
    return new Promise<void>((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        this.remove(owner, waiting);
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
      this.add(owner, waiting);
    });
  }

  private beginNext(): void {
    const [entry] = this.waiting;
    if (!entry) return;
    const [owner, theirs] = entry;
    this.waiting.delete(owner);
    this.waiting.set(owner, theirs);
    const [next] = theirs;
    next?.begin();
  }

  private add(owner: string, waiting: Waiting): void {
    const theirs = this.waiting.get(owner) ?? new Set();
    this.waiting.set(owner, theirs.add(waiting));
    this.waitingCount += 1;
  }

  private remove(owner: string, waiting: Waiting): void {
    const theirs = this.waiting.get(owner);
    if (!theirs?.delete(waiting)) return;
    this.waitingCount -= 1;
    if (theirs.size === 0) this.waiting.delete(owner);
  }

  /** @throws `service_unavailable` where nobody has more of those that wait than the newcomer would have. */
  private makeRoom(owner: string): void {
    const most = [...this.waiting.values()].reduce((a, b) => (b.size > a.size ? b : a), new Set<Waiting>());
    if (most.size <= (this.waiting.get(owner)?.size ?? 0) + 1) throw this.refusal();
    [...most].at(-1)?.refuse();
  }

  private refusal(): ParleyError {
    return new ParleyError('service_unavailable', { retryAfterMs: this.limits.retryAfterMs });
  }
}
