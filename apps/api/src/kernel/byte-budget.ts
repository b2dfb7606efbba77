import { ParleyError } from './errors.js';

const RETRY_AFTER_MS = 2_000;

/** So much memory as work of one kind may hold at a time. */
export class ByteBudget {
  private taken = 0;

  constructor(private readonly most: number) {}

  /** @throws `service_unavailable` where there is not as much left; else whatever `work` throws. */
  async within<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    if (this.taken + bytes > this.most) {
      throw new ParleyError('service_unavailable', { retryAfterMs: RETRY_AFTER_MS });
    }
    this.taken += bytes;
    try {
      return await work();
    } finally {
      this.taken -= bytes;
    }
  }
}
