import { type BudgetName, budgetsOf } from '../../config/budgets.js';
import type { Config } from '../../config/config.js';
import { ParleyError } from '../../kernel/errors.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import { Limiter } from './limiter.js';

/** What became of a charge. */
export interface Charge {
  budget: BudgetName;
  /** How much the key may take at once where it took nothing lately. */
  limit: number;
  /** How much of that is left. */
  remaining: number;
  /** Until nothing is taken any more. */
  resetMs: number;
  /** Null: it was within the budget, and taken. */
  refusal: ParleyError | null;
}

/** One key's part of a budget. */
export interface Account {
  name: BudgetName;
  key: unknown;
}

type Settings = Pick<Config, 'rateLimits' | 'messagesPerSecond' | 'messagesPerMinute' | 'signIn'>;

/** What users, addresses, sockets and conversations may do: the one place that decides whether a budget is spent. */
export class RateLimits {
  private readonly limiter: Limiter<BudgetName> | null;

  constructor(
    config: Settings,
    private readonly reporter: Pick<EventReporter, 'budgetSpent'>,
    now?: () => number,
  ) {
    this.limiter = config.rateLimits ? new Limiter(budgetsOf(config, config.signIn), now) : null;
  }

  /** Takes the cost where there is as much left; null where nothing is limited. */
  charge(name: BudgetName, key: unknown, cost = 1): Charge | null {
    return this.chargeAll([{ name, key }], cost);
  }

  /** Takes the cost of all of these, or of none; answers for the one of which least is left. */
  chargeAll(budgets: readonly [Account, ...Account[]], cost = 1): Charge | null {
    const { limiter } = this;
    if (!limiter) return null;
    const charges = budgets.map(({ name, key }) => look(limiter, { name, key, cost }));
    const tightest = charges.reduce((least, each) => (isTighter(each, least) ? each : least));
    if (tightest.refusal) this.reporter.budgetSpent(tightest.budget);
    else for (const { name, key } of budgets) limiter.take(name, key, cost);
    return tightest;
  }

  /** How much of a budget a key may take at once; null where nothing is limited. */
  limitOf(name: BudgetName): number | null {
    return this.limiter && Math.floor(this.limiter.budget(name).atOnce);
  }

  /** Gives back what a charge took. */
  refund(name: BudgetName, key: unknown, cost = 1): void {
    this.limiter?.take(name, key, -cost);
  }
}

function look(
  limiter: Limiter<BudgetName>,
  { name, key, cost }: { name: BudgetName; key: unknown; cost: number },
): Charge {
  const { atOnce, perSecond = 1 } = limiter.budget(name);
  const left = limiter.left(name, key);
  const after = left - Math.min(cost, atOnce);
  const remaining = after < 0 ? left : after;
  const retryAfterMs = Math.ceil((-after / perSecond) * 1_000);
  return {
    budget: name,
    limit: Math.floor(atOnce),
    remaining: Math.max(0, Math.floor(remaining)),
    resetMs: Math.ceil(((atOnce - remaining) / perSecond) * 1_000),
    refusal: after < 0 ? new ParleyError('rate_limited', { retryAfterMs }) : null,
  };
}

function isTighter(one: Charge, other: Charge): boolean {
  const waits = [one, other].map(({ refusal }) => refusal?.extra.retryAfterMs ?? 0) as [number, number];
  return waits[0] === waits[1] ? one.remaining < other.remaining : waits[0] > waits[1];
}
