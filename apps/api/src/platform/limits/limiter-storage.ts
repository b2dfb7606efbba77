import type { ThrottlerStorage } from '@nestjs/throttler';
import type { BudgetName } from '../../config/budgets.js';
import type { RateLimits } from './rate-limits.js';

type Counted = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/** The storage of @nestjs/throttler: its counts are the budgets that sockets are charged for too. */
export class LimiterStorage implements ThrottlerStorage {
  constructor(private readonly limits: RateLimits) {}

  /** Times are in seconds. How much there is and how long it takes to come back is the budget's own. */
  async increment(...[key, , , , budget]: Parameters<ThrottlerStorage['increment']>): Promise<Counted> {
    const charge = this.limits.charge(budget as BudgetName, key);
    if (!charge) return { totalHits: 0, timeToExpire: 0, isBlocked: false, timeToBlockExpire: 0 };
    const { limit, remaining, resetMs, refusal } = charge;
    return {
      totalHits: limit - remaining,
      timeToExpire: resetMs / 1000,
      isBlocked: refusal !== null,
      timeToBlockExpire: (refusal?.extra.retryAfterMs ?? 0) / 1000,
    };
  }
}
